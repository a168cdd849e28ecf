"""Printed forms: a page described in ``zhubi.core.model.paper`` becomes a PDF that carries its own Chinese font."""
