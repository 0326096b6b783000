//! Repositories that are connected and cannot be read as they are expected.

use code_source_stand_in::{AccessLevel, Change, Feature, Project, TokenSpec, Visibility};
use code_source_tests::Rig;

use super::cause::{Cause, Expected, Trouble, Who, Why};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "a repository of which the account is no member",
        trouble: Trouble::NotListed,
        produced_by: "a private repository, and the token of an account that is no member",
        produce: || Box::pin(seen_by(None)),
        expected: Expected {
            says: "there is no repository `web/shop`, or none that `reader` may see…",
            code: "repository-hidden",
            hint: "make the account a member of it or of its group",
            who: Who::ForgeAdministrator,
            status: 6,
            why: Some(Why {
                repository: "web/shop",
                says: "error: there is no repository `web/shop`, or none that `reader` may see… (hidden)",
                code: "hidden",
                listed: false,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "an internal repository, and an external account",
        trouble: Trouble::NotListed,
        produced_by: "an account to which only what it is a member of is shown",
        produce: || {
            Box::pin(async {
                let (rig, project) = shop().await;
                let project = project.visibility(Visibility::Internal);
                let user = rig.forge.user("reader").external();
                let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
                Scene::of(rig).token(&token).connected(&project, None)
            })
        },
        expected: Expected {
            says: "there is no repository `web/shop`, or none that `reader` may see…",
            code: "repository-hidden",
            hint: "make the account a member of it or of its group",
            who: Who::ForgeAdministrator,
            status: 6,
            why: Some(Why {
                repository: "web/shop",
                says: "error: there is no repository `web/shop`, or none that `reader` may see… (hidden)",
                code: "hidden",
                listed: false,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a repository that admin mode hides",
        trouble: Trouble::NotListed,
        produced_by: "a private repository, and an administrator's token without `admin_mode`, where GitLab asks for it",
        produce: || {
            Box::pin(async {
                let (rig, project) = shop().await;
                rig.forge.feature(Feature::AdminMode);
                Scene::of(rig).connected(&project, None)
            })
        },
        expected: Expected {
            says: "GitLab does not show `web/shop`: `root` is an administrator, and GitLab asks administrators for its admin mode, …",
            code: "admin-mode-required",
            hint: "make a token that has the scope `admin_mode` beside `api`",
            status: 6,
            why: Some(Why {
                repository: "web/shop",
                says: "error: GitLab does not show `web/shop`: `root` is an administrator, and GitLab asks administrators for its admin mode, … (admin-mode-required)",
                code: "admin-mode-required",
                listed: false,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a repository of somebody else's account",
        trouble: Trouble::NotListed,
        produced_by: "a personal repository of one account, and the token of another",
        produce: || {
            Box::pin(async {
                let rig = Rig::new().await;
                rig.forge.user("ann");
                let project = rig.forge.project("ann/notes");
                let token = rig
                    .forge
                    .token(TokenSpec::new(&rig.forge.user("reader"), &["api"]));
                Scene::of(rig).token(&token).connected(&project, None)
            })
        },
        expected: Expected {
            says: "`ann/notes` would be a personal repository of `ann`, and the token stands for `reader`",
            code: "other-account",
            hint: "have `ann` invite the account, or use a token of `ann`",
            status: 6,
            why: Some(Why {
                repository: "ann/notes",
                says: "error: `ann/notes` would be a personal repository of `ann`, and the token stands for `reader` (other-account)",
                code: "other-account",
                listed: false,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a repository that was deleted",
        trouble: Trouble::NotListed,
        produced_by: "a repository that is gone, and the token of an administrator",
        produce: || {
            Box::pin(async {
                let (rig, project) = shop().await;
                let scene = Scene::of(rig).connected(&project, None);
                project.delete();
                scene
            })
        },
        expected: Expected {
            says: "there is no repository `web/shop`: `root` is an administrator, who sees all of them…",
            code: "repository-hidden",
            hint: "it may have been deleted",
            status: 6,
            why: Some(Why {
                repository: "web/shop",
                says: "error: there is no repository `web/shop`: `root` is an administrator, who sees all of them… (hidden)",
                code: "hidden",
                listed: false,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "the role Guest",
        trouble: Trouble::NotListed,
        produced_by: "an account that is Guest in the repository",
        produce: || Box::pin(seen_by(Some(AccessLevel::Guest))),
        expected: Expected {
            says: "the account is Guest in `web/shop`, …",
            code: "access-too-low",
            hint: "give the account at least the role Maintainer in the group",
            who: Who::ForgeAdministrator,
            status: 6,
            why: Some(Why {
                repository: "web/shop",
                says: "`web/shop` is listed: …",
                code: "access-too-low",
                listed: true,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "the role Developer",
        trouble: Trouble::NotListed,
        produced_by: "an account that is Developer in the repository; all works",
        produce: || Box::pin(seen_by(Some(AccessLevel::Developer))),
        expected: Expected {
            says: "the account is Developer in `web/shop`, …",
            code: "access-too-low",
            hint: "give the account at least the role Maintainer in the group",
            who: Who::ForgeAdministrator,
            why: Some(Why {
                repository: "web/shop",
                says: "`web/shop` is listed: …",
                code: "access-too-low",
                listed: true,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "an archived repository",
        trouble: Trouble::NotListed,
        produced_by: "a repository that was archived; it can still be read",
        produce: || Box::pin(changed(Project::archived)),
        expected: Expected {
            says: "`web/shop` is archived: …",
            code: "repository-archived",
            hint: "its owner can bring it back out of the archive",
            who: Who::ForgeAdministrator,
            why: Some(Why {
                repository: "web/shop",
                says: "error: `web/shop` is archived, and the list is of those in use (archived)",
                code: "archived",
                listed: false,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a repository that will be deleted",
        trouble: Trouble::NotListed,
        produced_by: "a repository that is marked for deletion; it can still be read",
        produce: || Box::pin(changed(|project| project.pending_deletion("2099-01-01"))),
        expected: Expected {
            says: "`web/shop` is about to be deleted",
            code: "repository-pending-deletion",
            hint: "restore it",
            who: Who::ForgeAdministrator,
            why: Some(Why {
                repository: "web/shop",
                says: "`web/shop` is listed: …",
                code: "pending-deletion",
                listed: true,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a repository that has moved",
        trouble: Trouble::NotListed,
        produced_by: "a repository with another path than when it was connected",
        produce: || {
            Box::pin(async {
                let (rig, project) = shop().await;
                let scene = Scene::of(rig).connected(&project, None);
                project.rename("web/store");
                scene
            })
        },
        expected: Expected {
            says: "`web/shop` has moved to `web/store`",
            code: "repository-moved",
            hint: "write its new path into the connection",
            why: Some(Why {
                repository: "web/shop",
                says: "`web/store` is listed: …",
                code: "moved",
                listed: true,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a group instead of a repository",
        trouble: Trouble::NotListed,
        produced_by: "the path of a group",
        produce: || {
            Box::pin(async {
                let rig = Rig::new().await;
                rig.forge.project("acme/web/shop");
                Scene::of(rig).examining("acme/web")
            })
        },
        expected: Expected {
            says: "`acme/web` is a group, and no repository",
            code: "not-a-repository",
            hint: "name one of its repositories",
            status: 6,
            why: Some(Why {
                repository: "acme/web",
                says: "error: `acme/web` is a group, and no repository (not-a-repository)",
                code: "not-a-repository",
                listed: false,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a path that is misspelt",
        trouble: Trouble::NotListed,
        produced_by: "a path that never was, and the token of an administrator",
        produce: || {
            Box::pin(async {
                let (rig, _) = shop().await;
                Scene::of(rig).examining("web/shpo")
            })
        },
        expected: Expected {
            says: "there is no repository `web/shpo`: `root` is an administrator, who sees all of them…",
            code: "repository-hidden",
            hint: "check how it is written",
            status: 6,
            why: Some(Why {
                repository: "web/shpo",
                says: "error: there is no repository `web/shpo`: `root` is an administrator, who sees all of them… (hidden)",
                code: "hidden",
                listed: false,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a branch that is not there",
        trouble: Trouble::NotListed,
        produced_by: "a connected branch that nobody made",
        produce: || {
            Box::pin(async {
                let (rig, project) = shop().await;
                Scene::of(rig).connected(&project, Some("next"))
            })
        },
        expected: Expected {
            says: "there is no branch `next` in `web/shop`",
            code: "branch-missing",
            hint: "name another one; `code-source branches web/shop` lists them",
            status: 12,
            why: Some(Why {
                repository: "web/shop",
                says: "`web/shop` is listed: …",
                code: "",
                listed: true,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "an empty repository",
        trouble: Trouble::NotListed,
        produced_by: "a repository without a commit",
        produce: || {
            Box::pin(async {
                let rig = Rig::new().await;
                let project = rig.forge.project("web/shop").empty();
                Scene::of(rig).connected(&project, None)
            })
        },
        expected: Expected {
            says: "`web/shop` has no commit yet: there is nothing to read",
            code: "repository-empty",
            hint: "push something to it first",
            status: 13,
            why: Some(Why {
                repository: "web/shop",
                says: "`web/shop` is listed: …",
                code: "",
                listed: true,
            }),
            ..FOUND
        },
    },
    Cause {
        name: "a repository whose code is turned off",
        trouble: Trouble::NotListed,
        produced_by: "a project that has no repository",
        produce: || Box::pin(changed(Project::repository_disabled)),
        expected: Expected {
            says: "the forge shows `web/shop`, and refuses to let its code be read",
            code: "code-refused",
            hint: "turn the repository's code on where it is turned off",
            who: Who::ForgeAdministrator,
            status: 11,
            why: Some(Why {
                repository: "web/shop",
                says: "`web/shop` is listed: …",
                code: "",
                listed: true,
            }),
            ..FOUND
        },
    },
];

/// What is found out about a repository.
const FOUND: Expected = Expected {
    says: "",
    code: "",
    station: "repositories",
    hint: "",
    who: Who::User,
    status: 0,
    not_reached: "",
    also: &[],
    why: None,
};

/// A forge with a repository that has a commit.
async fn shop() -> (Rig, Project) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    (rig, project)
}

/// An administrator's connection to a repository that was changed so.
async fn changed(change: fn(Project) -> Project) -> Scene {
    let (rig, project) = shop().await;
    Scene::of(rig).connected(&change(project), None)
}

/// A connection to a repository in which the account has this role.
async fn seen_by(level: Option<AccessLevel>) -> Scene {
    let (rig, mut project) = shop().await;
    let user = rig.forge.user("reader");
    if let Some(level) = level {
        project = project.members(&user, level);
    }
    let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
    Scene::of(rig).token(&token).connected(&project, None)
}
