"""Forms of the feed pages."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms

from relations.errors import RelationsError
from relations.models import Feed, FeedKind, FullText
from relations.models.sealed import seal
from relations.pipeline import Address, read_address, read_folder, same_server, without_secrets
from relations.queries.feeds import NO_FOLDER, TROUBLE, FeedFilters
from relations.queries.feeds_words import STATES
from relations.views.feeds_headers import read_headers

ADDRESS = {"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}


def text_field(label: str, longest: int = 200, **options: Any) -> forms.CharField:
    too_long = f"{label}: at most {longest:,} characters are kept."
    options = {"required": False, "max_length": longest, "error_messages": {"max_length": too_long}, **options}
    return forms.CharField(label=label, **options)


def folder_field(label: str = "Folder") -> forms.CharField:
    return text_field(label, widget=forms.TextInput(attrs={"list": "folders", "autocomplete": "off"}))


class FeedFilterForm(forms.Form):
    """The filters of the list, from the address."""

    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "all"), (TROUBLE, "in trouble"), *((key, label) for key, (label, _) in STATES.items())],
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "No feed can be in the state “%(value)s”."},
    )
    q = text_field("Words in title or address", widget=forms.TextInput(attrs={"type": "search"}))
    folder = forms.ChoiceField(label="Folder", required=False)

    def __init__(self, data: Any, *, folders: list[str]) -> None:
        super().__init__(data, label_suffix="")
        # Of a folder that the last feed has left, an empty list is shown rather than an error.
        given = [name] if (name := read_folder(self["folder"].value() or "")) and name not in folders else []
        choices: Any = self.fields["folder"]
        choices.choices = [("", "any"), (NO_FOLDER, "none"), *((name, name) for name in [*folders, *given])]

    def filters(self) -> FeedFilters:
        """The filters that are right; a wrong one is told by the form's errors and left out."""
        self.is_valid()
        values = self.cleaned_data
        return FeedFilters(values.get("state", ""), " ".join(values.get("q", "").split()), values.get("folder", ""))


class SiteForm(forms.Form):
    """Where to look for feeds."""

    address = forms.CharField(
        label="Address of a site or a feed",
        max_length=1000,
        widget=forms.TextInput(attrs={**ADDRESS, "placeholder": "example.org"}),
        error_messages={"required": "Write the address of a site or a feed.", "max_length": "No address is that long."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="site-%s")


class FeedForm(forms.Form):
    """A new feed."""

    url = forms.CharField(
        label="Address of the feed",
        widget=forms.TextInput(attrs={**ADDRESS, "placeholder": "https://example.org/news.rss"}),
        error_messages={"required": "Write the address of the feed."},
    )
    title = text_field("Name", help_text="Left empty, the feed's own name is taken.")
    folder = folder_field()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean_url(self) -> Address:
        return cleaned_address(self.cleaned_data["url"])


class OpmlForm(forms.Form):
    """A list of feeds."""

    file = forms.FileField(
        label="OPML file",
        widget=forms.FileInput(attrs={"accept": ".opml,.xml,text/x-opml,application/xml,text/xml"}),
        allow_empty_file=True,  # told as what it is, no list
        error_messages={"required": "Choose a file.", "invalid": "Choose a file."},
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="", auto_id="opml-%s")


class FeedEditForm(forms.Form):
    """What an admin may change of a feed. Headers and password are taken, never shown."""

    title = text_field("Name", required=True)
    folder = folder_field()
    url = forms.CharField(
        label="Address of the feed",
        widget=forms.TextInput(attrs=ADDRESS),
        error_messages={"required": "Write the address of the feed."},
        help_text="With another one, all that is known of the old address is forgotten.",
    )
    site_url = text_field("Address of its site", 1000, widget=forms.TextInput(attrs=ADDRESS))
    reliability = forms.FloatField(
        label="Reliability",
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        help_text="Chance that what it reports happened, from 0 to 1. The events that it told of follow.",
        error_messages={
            "invalid": "Reliability: write a number from 0 to 1, such as 0.9.",
            "min_value": "Reliability: write a number from 0 to 1, such as 0.9.",
            "max_value": "Reliability: write a number from 0 to 1, such as 0.9.",
        },
    )
    full_text = forms.ChoiceField(
        label="Fetch the pages of its stories", choices=[(one.value, one.label) for one in FullText]
    )
    user_agent = text_field("User agent", help_text="Left empty, the one of all feeds is sent.")
    headers = text_field(
        "Request headers",
        9000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "Name: value", "spellcheck": "false"}),
        help_text="One “Name: value” a line. They take the place of those that are kept.",
    )
    remove_headers = forms.BooleanField(label="Remove the headers that are kept", required=False)
    user = text_field("User name", widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}))
    password = text_field(
        "Password", 500, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    remove_password = forms.BooleanField(label="Remove the user name and the password that are kept", required=False)

    OF_SOURCE = ("title", "folder", "site_url", "reliability")  # of one whose articles people add

    def __init__(self, feed: Feed, data: Any = None) -> None:
        self.feed = feed
        names = ("title", "folder", "site_url", "reliability", "full_text", "user_agent")
        initial = {name: getattr(feed, name) for name in names}
        super().__init__(data, initial={**initial, "url": without_secrets(feed.url)}, label_suffix="")
        if feed.kind == FeedKind.MANUAL:
            for name in set(self.fields) - set(self.OF_SOURCE):
                del self.fields[name]

    def clean_folder(self) -> str:
        return read_folder(self.cleaned_data["folder"])

    def clean_url(self) -> Address:
        return cleaned_address(self.cleaned_data["url"])

    def clean_site_url(self) -> str:
        written: str = self.cleaned_data["site_url"]
        return cleaned_address(written).url if written.strip() else ""

    def clean_user_agent(self) -> str:
        agent: str = self.cleaned_data["user_agent"]
        if not agent.isascii() or not agent.isprintable():
            raise forms.ValidationError("User agent: letters, digits and signs of ASCII only.")
        return agent

    def clean_headers(self) -> dict[str, str]:
        try:
            return read_headers(self.cleaned_data["headers"])
        except RelationsError as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_user(self) -> str:
        user: str = self.cleaned_data["user"]
        if ":" in user or not user.isprintable():
            raise forms.ValidationError("User name: it can have no colon and no signs that can't be printed.")
        return user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not password.isprintable():
            raise forms.ValidationError("Password: it can have no signs that can't be printed.")
        return password

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        secrets = self._secrets() if "url" in values else {}
        if secrets.get("user") and "authorization" in map(str.lower, secrets.get("headers", {})):
            raise forms.ValidationError(
                "Both an Authorization header and a user name: each says who is asking. Keep only one of them."
            )
        return values

    def changes(self) -> dict[str, Any]:
        """New values of the feed's fields that are to have one; ``sealed`` among them. Needs a valid form."""
        values = dict(self.cleaned_data)
        if "url" in values:
            values["url"] = values["url"].url
        names = {"title", "folder", "url", "site_url", "reliability", "full_text", "user_agent"} & set(values)
        changes = {name: values[name] for name in names if values[name] != getattr(self.feed, name)}
        if "url" in values and self._touches_secrets():
            changes["sealed"] = seal(self._secrets())
        return changes

    def _touches_secrets(self) -> bool:
        values = self.cleaned_data
        entered = ("headers", "remove_headers", "user", "password", "remove_password")
        in_address = values["url"].user or values["url"].password or self.feed.url != without_secrets(self.feed.url)
        return bool(in_address or any(values.get(name) for name in entered))

    def _secrets(self) -> dict[str, Any]:
        """What is to be kept: what was entered, and for the rest what was kept for this server."""
        values = self.cleaned_data
        address: Address = values["url"]
        kept = kept_secrets(self.feed) if same_server(address.url, self.feed.url) else {}
        headers = values.get("headers") or ({} if values.get("remove_headers") else kept.get("headers"))
        if values.get("remove_password"):
            kept = {}
        secrets = {
            "headers": headers,
            "user": values.get("user") or address.user or kept.get("user"),
            "password": values.get("password") or address.password or kept.get("password"),
        }
        return {name: value for name, value in secrets.items() if value}


def kept_secrets(feed: Feed) -> dict[str, Any]:
    """Also what once was written into its address; without what can't be read any more."""
    found: dict[str, Any] = {}
    with suppress(RelationsError):
        address = read_address(feed.url)
        found = {"user": address.user, "password": address.password}
    with suppress(RelationsError):
        found |= feed.secrets()
    return found


def cleaned_address(written: str) -> Address:
    try:
        return read_address(written)
    except RelationsError as refusal:
        raise forms.ValidationError(str(refusal)) from None
