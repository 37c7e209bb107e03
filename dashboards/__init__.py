"""Dashboards to paste into Home Assistant, made of templates and the words of each language."""
