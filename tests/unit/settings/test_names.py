import pytest

from glctl.settings.names import names_of


@pytest.mark.parametrize(
    ("name", "version", "told"),
    [
        ("grafana", (17, 1), ("was removed in GitLab 17.1", "Run Grafana on its own, and take it out here.")),
        (
            "omnibus_gitconfig",
            (18, 2),
            (
                "was removed in GitLab 18.2",
                "gitaly['configuration'] with git and config holds settings of Git.",
            ),
        ),
        ("redis_slave_role", (14, 0), ("was removed in GitLab 14.0", "It is redis_replica_role now.")),
        # What replaces one of its keys does not replace all of it.
        ("sidekiq_cluster", (14, 0), ("was removed in GitLab 14.0", "Take it out.")),
        ("gitlab_sshd", (15, 8), ("comes with GitLab 15.9", "Take it out.")),
    ],
)
def test_a_version_tells_why_a_name_of_another_is_none_of_its(name, version, told) -> None:
    names = names_of(version)
    assert name not in names
    assert names.others[name] == told


@pytest.mark.parametrize(("name", "version"), [("grafana", (17, 0)), ("gitlab_sshd", (15, 9))])
def test_a_version_knows_its_own_names(name, version) -> None:
    names = names_of(version)
    assert name in names
    assert name not in names.others


def test_what_is_long_gone_was_removed() -> None:
    assert names_of((19, 3)).others["ci_external_url"] == ("was removed before GitLab 13.0", "Take it out.")
