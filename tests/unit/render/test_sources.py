from __future__ import annotations

from glctl.render.sources import source_files, template_dir, template_files


def test_templates_are_found_in_the_checkout() -> None:
    names = [str(path.relative_to(template_dir())) for path in template_files()]
    assert names == [
        "logrotate/logrotate.j2",
        "logrotate/nginx.j2",
        "nginx/gitlab-registry.conf.j2",
        "nginx/nginx-status.conf.j2",
        "nginx/nginx.conf.j2",
        "registry/config.yml.j2",
        "sv/finish.j2",
        "sv/log/run.j2",
        "sv/logrotate/run.j2",
        "sv/nginx/run.j2",
        "sv/registry/run.j2",
    ]


def test_what_is_rendered_depends_on_templates_and_code() -> None:
    files = source_files()
    assert set(template_files()) < {*files}
    assert {"build.py", "quoting.py", "nginxconf.py"} <= {path.name for path in files}
