//! What the instance says of itself; apart, because it concerns no project.

use http::StatusCode;
use serde_json::json;

use super::{Answer, Call};
use crate::{error::Refusal, reply::Reply};

pub(crate) fn version(call: &Call<'_>) -> Answer {
    call.user()?;
    let version = &call.shared.version;
    let mut kas = json!({
        "enabled": true,
        "externalUrl": "wss://kas.example.com",
        "version": version.to_string(),
    });
    if version.at_least(17, 0) {
        kas["externalK8sProxyUrl"] = "https://kas.example.com/k8s-proxy".into();
    }
    Ok(Reply::json(
        StatusCode::OK,
        &json!({
            "version": version.to_string(),
            "revision": "5ad1c0de42f",
            "kas": kas,
            "enterprise": version.is_enterprise(),
        }),
    ))
}

pub(crate) fn settings(call: &Call<'_>) -> Answer {
    call.user()?;
    if !call.viewer.admin {
        return Err(Refusal::forbidden(""));
    }
    Ok(Reply::json(
        StatusCode::OK,
        &json!({
            "id": 1,
            "admin_mode": call.features.admin_mode,
            "default_branch_name": "main",
            "default_projects_limit": 100_000,
            "default_project_visibility": "private",
            "diff_max_files": call.features.diff_limits.max_files,
            "diff_max_lines": call.features.diff_limits.max_lines,
            "diff_max_patch_bytes": call.features.diff_limits.max_patch_bytes,
            "max_attachment_size": 100,
            "signup_enabled": false,
            "throttle_authenticated_api_enabled": call.features.throttle.is_some(),
            "health_check_access_token": "stand-in-health-token",
            "runners_registration_token": "stand-in-registration-token",
        }),
    ))
}

/// What only administrators may know, and only while they act as such.
pub(crate) fn plan_limits(call: &Call<'_>) -> Answer {
    call.user()?;
    if !call.viewer.admin {
        return Err(Refusal::forbidden(""));
    }
    Ok(Reply::json(
        StatusCode::OK,
        &json!({
            "ci_instance_level_variables": 25,
            "ci_pipeline_size": 0,
            "ci_active_jobs": 0,
            "ci_project_subscriptions": 2,
            "conan_max_file_size": 3_221_225_472_u64,
            "npm_max_file_size": 524_288_000,
            "storage_size_limit": 0,
        }),
    ))
}
