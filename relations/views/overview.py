"""What changed?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.models import Feed, PairStanding
from relations.models.scores import PERIODS
from relations.queries import overview as queries
from relations.queries.engagements import planned_within
from relations.queries.feeds import open_alerts
from relations.queries.heat_map import heat_map
from relations.views.access import MANAGE_FEEDS, for_readers
from relations.views.htmx import render_page, target_of

PLANNED_SHOWN = 6


@require_GET
@for_readers
def overview(request: HttpRequest) -> HttpResponse:
    order = request.GET.get("order", "changed")
    if order not in queries.ORDERS:
        order = "changed"
    period = request.GET.get("days", "")
    days = int(period) if period in {str(choice) for choice in PERIODS} else 30
    try:
        page = queries.pairs(order, days, request.GET.get("after", ""))
    except ValueError:
        page = queries.pairs(order, days)
    context: dict[str, Any] = {
        "page": page,
        "order": order,
        "days": days,
        "orders": queries.ORDERS.items(),
        "periods": PERIODS,
        "here": reverse("overview"),
        "rest": f"order={order}&days={days}",
        "none_found": queries.NONE_FOUND[order],
        "has_scores": bool(page.rows) or PairStanding.objects.exists(),
        "has_feeds": bool(page.rows) or Feed.objects.exists(),
    }
    target = target_of(request)
    if target != "more-pairs":
        context["map"] = heat_map(days)
        if target != "pairs":
            context |= {
                "latest": queries.latest_events(),
                "planned": planned_within(30, timezone.now().date(), PLANNED_SHOWN),
                "alerts": open_alerts() if request.user.has_perm(MANAGE_FEEDS) else None,
            }
    fragments = {"pairs": "relations/_pairs.html", "more-pairs": "relations/_pair_rows.html"}
    return render_page(request, "relations/overview.html", fragments, context)
