//! A project as JSON; apart, because it is written by hand: 60,000 of them are to be served, and
//! all but `permissions` is the same for everybody.

use bytes::Bytes;

use super::Call;
use crate::{
    git::quoted,
    shared::Shared,
    state::{
        Access, AccessLevel, NamespaceKind, ProjectRecord, RepositoryAccess, World, format_time,
    },
};

/// Which fields are wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Detail {
    Simple,
    Full { statistics: bool },
}

/// Writes a project for the caller.
pub(crate) fn write(
    call: &Call<'_>,
    world: &World,
    project: &ProjectRecord,
    detail: Detail,
    output: &mut Vec<u8>,
) {
    output.extend_from_slice(&fixed_part(call, world, project, detail));
    if let Detail::Full { statistics } = detail {
        if statistics && call.viewer.can_administer(world, project) {
            output.extend_from_slice(STATISTICS.as_bytes());
        }
        output.extend_from_slice(permissions(call.viewer.access(world, project)).as_bytes());
    }
    output.push(b'}');
}

fn fixed_part(call: &Call<'_>, world: &World, project: &ProjectRecord, detail: Detail) -> Bytes {
    let (cell, secret) = match detail {
        Detail::Simple => (&project.rendered.simple, false),
        Detail::Full { .. } if call.viewer.can_administer(world, project) => {
            (&project.rendered.secret, true)
        }
        Detail::Full { .. } => (&project.rendered.ordinary, false),
    };
    cell.get_or_init(|| {
        let mut text = simple(call.shared, world, project);
        if detail != Detail::Simple {
            text.push_str(&full(call.shared, project));
        }
        if secret {
            text.push_str(&secrets(project));
        }
        text.into()
    })
    .clone()
}

fn simple(shared: &Shared, world: &World, project: &ProjectRecord) -> String {
    let topics: Vec<String> = project.topics.iter().map(|topic| quoted(topic)).collect();
    let topics = topics.join(",");
    let web_url = shared.web_url(&project.full_path);
    let default_branch = match project.empty {
        true => "null".to_owned(),
        false => quoted(&project.default_branch),
    };
    let readme = match project.empty {
        true => "null".to_owned(),
        false => quoted(&format!(
            "{web_url}/-/blob/{}/README.md",
            project.default_branch
        )),
    };
    let full_name = world
        .namespace(project.namespace)
        .map(|namespace| namespace.full_name.as_str())
        .unwrap_or_default();
    let host = shared
        .external_origin
        .split("://")
        .nth(1)
        .and_then(|rest| rest.split(':').next())
        .unwrap_or_default();
    format!(
        r#"{{"id":{},"description":{},"name":{},"name_with_namespace":{},"path":{},"path_with_namespace":{},"created_at":"{}","default_branch":{default_branch},"tag_list":[{topics}],"topics":[{topics}],"ssh_url_to_repo":{},"http_url_to_repo":{},"web_url":{},"readme_url":{readme},"forks_count":0,"avatar_url":null,"star_count":{},"last_activity_at":"{}","visibility":"{}","namespace":{}"#,
        project.id,
        project
            .description
            .as_deref()
            .map_or("null".to_owned(), quoted),
        quoted(&project.name),
        quoted(&format!("{full_name} / {}", project.name)),
        quoted(&project.path),
        quoted(&project.full_path),
        format_time(project.created_at, 0),
        quoted(&format!("git@{host}:{}.git", project.full_path)),
        quoted(&format!("{web_url}.git")),
        quoted(&web_url),
        project.starred_by.len(),
        format_time(project.last_activity_at, 0),
        project.visibility.name(),
        namespace(shared, world, project.namespace),
    )
}

fn namespace(shared: &Shared, world: &World, id: u64) -> String {
    let Some(namespace) = world.namespace(id) else {
        return "null".to_owned();
    };
    let web_path = match namespace.kind {
        NamespaceKind::Group => format!("groups/{}", namespace.full_path),
        NamespaceKind::User(_) => namespace.full_path.clone(),
    };
    format!(
        r#"{{"id":{},"name":{},"path":{},"kind":"{}","full_path":{},"parent_id":{},"avatar_url":null,"web_url":{}}}"#,
        namespace.id,
        quoted(&namespace.name),
        quoted(&namespace.path),
        namespace.kind.name(),
        quoted(&namespace.full_path),
        namespace
            .parent
            .map_or("null".to_owned(), |id| id.to_string()),
        quoted(&shared.web_url(&web_path)),
    )
}

fn full(shared: &Shared, project: &ProjectRecord) -> String {
    let api = shared.api_url(&format!("/projects/{}", project.id));
    let deletion = match &project.pending_deletion {
        Some(day) => {
            format!(r#""marked_for_deletion_at":"{day}","marked_for_deletion_on":"{day}""#)
        }
        None => r#""marked_for_deletion_at":null,"marked_for_deletion_on":null"#.to_owned(),
    };
    let repository = project.repository_access.name();
    let merge_requests = project.repository_access != RepositoryAccess::Disabled;
    format!(
        r#","_links":{{"self":"{api}","issues":"{api}/issues","merge_requests":"{api}/merge_requests","repo_branches":"{api}/repository/branches","labels":"{api}/labels","events":"{api}/events","members":"{api}/members","cluster_agents":"{api}/cluster_agents"}},"empty_repo":{},"archived":{},"updated_at":"{}",{deletion},"repository_access_level":"{repository}","merge_requests_enabled":{merge_requests},"merge_requests_access_level":"{repository}","forking_access_level":"{repository}","lfs_enabled":{},"builds_access_level":"{repository}",{FIXED}"#,
        project.empty,
        project.archived,
        format_time(project.last_activity_at, 0),
        project.lfs_enabled,
    )
}

/// What only those see who may change the project's settings.
fn secrets(project: &ProjectRecord) -> String {
    format!(
        r#","import_error":null,"runners_token":"GR1348941stand1n{:06}","ci_push_repository_for_job_token_allowed":false,"build_git_strategy":"fetch","repository_storage":"default","service_desk_address":null"#,
        project.id
    )
}

fn permissions(access: Access) -> String {
    let level = |level: Option<AccessLevel>| match level {
        None => "null".to_owned(),
        Some(level) => format!(
            r#"{{"access_level":{},"notification_level":3}}"#,
            level as u8
        ),
    };
    format!(
        r#","permissions":{{"project_access":{},"group_access":{}}}"#,
        level(access.project),
        level(access.group)
    )
}

const STATISTICS: &str = r#","statistics":{"commit_count":1,"storage_size":1048576,"repository_size":1048576,"wiki_size":0,"lfs_objects_size":0,"job_artifacts_size":0,"pipeline_artifacts_size":0,"packages_size":0,"snippets_size":0,"uploads_size":0,"container_registry_size":0}"#;

/// What no test has asked to be otherwise.
const FIXED: &str = concat!(
    r#""container_registry_image_prefix":"registry.example.com","packages_enabled":true,"resolve_outdated_diff_discussions":false,"#,
    r#""container_expiration_policy":null,"repository_object_format":"sha1","issues_enabled":true,"wiki_enabled":true,"#,
    r#""jobs_enabled":true,"snippets_enabled":true,"container_registry_enabled":true,"service_desk_enabled":false,"#,
    r#""can_create_merge_request_in":true,"issues_access_level":"enabled","wiki_access_level":"enabled","#,
    r#""snippets_access_level":"enabled","pages_access_level":"private","analytics_access_level":"enabled","#,
    r#""container_registry_access_level":"enabled","security_and_compliance_access_level":"private","#,
    r#""releases_access_level":"enabled","environments_access_level":"enabled","feature_flags_access_level":"enabled","#,
    r#""infrastructure_access_level":"enabled","monitor_access_level":"enabled","model_experiments_access_level":"enabled","#,
    r#""model_registry_access_level":"enabled","package_registry_access_level":"enabled","emails_disabled":false,"#,
    r#""emails_enabled":true,"show_diff_preview_in_email":true,"shared_runners_enabled":true,"group_runners_enabled":true,"#,
    r#""creator_id":1,"import_url":null,"import_type":null,"import_status":"none","open_issues_count":0,"#,
    r#""description_html":"","ci_default_git_depth":20,"ci_forward_deployment_enabled":true,"#,
    r#""ci_forward_deployment_rollback_allowed":true,"ci_job_token_scope_enabled":false,"ci_separated_caches":true,"#,
    r#""ci_allow_fork_pipelines_to_run_in_parent_project":true,"ci_pipeline_variables_minimum_override_role":"developer","#,
    r#""public_jobs":true,"build_timeout":3600,"auto_cancel_pending_pipelines":"enabled","ci_config_path":null,"#,
    r#""shared_with_groups":[],"only_allow_merge_if_pipeline_succeeds":false,"allow_merge_on_skipped_pipeline":null,"#,
    r#""request_access_enabled":true,"only_allow_merge_if_all_discussions_are_resolved":false,"#,
    r#""remove_source_branch_after_merge":true,"printing_merge_request_link_enabled":true,"merge_method":"merge","#,
    r#""squash_option":"default_off","enforce_auth_checks_on_uploads":true,"suggestion_commit_message":null,"#,
    r#""merge_commit_template":null,"squash_commit_template":null,"issue_branch_template":null,"warn_about_potentially_unwanted_characters":true,"#,
    r#""autoclose_referenced_issues":true,"max_artifacts_size":null,"approvals_before_merge":0,"mirror":false,"ci_restrict_pipeline_cancellation_role":"developer","#,
    r#""external_authorization_classification_label":"","requirements_enabled":false,"requirements_access_level":"enabled","#,
    r#""security_and_compliance_enabled":true,"compliance_frameworks":[],"issues_template":null,"#,
    r#""merge_requests_template":null,"merge_pipelines_enabled":false,"merge_trains_enabled":false,"#,
    r#""keep_latest_artifact":true,"runner_token_expiration_interval":null,"auto_devops_enabled":false,"auto_devops_deploy_strategy":"continuous""#,
);
