# SPDX-License-Identifier: Apache-2.0
"""Rendering of templates/: a name that a template misspells is an error, a test for one is not."""
from tenon import errors, paths

_environment = None


def render(template, /, **context):
    """The text of templates/<template> for this context."""
    global _environment
    import jinja2
    if _environment is None:
        class Missing(jinja2.StrictUndefined):
            """May be tested (`if board.gic.gicr`), never printed."""
            __bool__ = jinja2.Undefined.__bool__

        _environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(paths.inside("templates")), undefined=Missing,
            keep_trailing_newline=True)
    try:
        return _environment.get_template(template).render(**context)
    except jinja2.TemplateError as error:
        raise errors.Refusal(
            errors.CONFIG, f"templates/{template}: {type(error).__name__}: {error}") from None
