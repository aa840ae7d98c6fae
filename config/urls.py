"""Root of the site: the app's routes, sign-in and the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("relations.urls")),
]
