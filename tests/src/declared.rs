//! The endpoints that the component declares, to hold real requests against.

use std::collections::BTreeSet;

use code_source::Plugin;

/// What a plugin's manifest declares: `METHOD template`, below the API's path.
#[derive(Clone, Debug)]
pub struct Declared {
    endpoints: BTreeSet<String>,
}

impl Declared {
    /// What this plugin declares.
    pub fn of(plugin: &Plugin) -> Self {
        let endpoints = plugin
            .manifest()
            .operations()
            .flat_map(|(_, endpoints)| endpoints.iter().map(|one| one.endpoint().to_string()))
            .collect();
        Self { endpoints }
    }

    /// All of them.
    pub fn all(&self) -> &BTreeSet<String> {
        &self.endpoints
    }

    /// The declared endpoint that a request is for, if there is one. `path` is below the API's.
    pub fn find(&self, method: &str, path: &str) -> Option<&str> {
        self.endpoints.iter().map(String::as_str).find(|endpoint| {
            let Some((own, template)) = endpoint.split_once(' ') else {
                return false;
            };
            own == method && fits(template, path)
        })
    }
}

/// Whether each segment of `path` is that of `template`, or stands in a placeholder's place.
fn fits(template: &str, path: &str) -> bool {
    let (mut expected, mut actual) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(pattern), Some(segment)) if pattern == segment => {}
            (Some(pattern), Some(segment)) if pattern.starts_with('{') && !segment.is_empty() => {}
            _ => return false,
        }
    }
}
