//! Which paths are those of dialects, and what is said there to who must wait.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::dev::ResourceDef;

use crate::drf::{Refusal, View};
use crate::mount::Mount;
use crate::{Settings, at_root, views};

/// The paths of a server's dialects.
pub(crate) struct Served {
    at_root: Vec<ResourceDef>,
    /// Those at which that is an `error`, and where they begin.
    with_errors: Vec<(Mount, ResourceDef)>,
}

impl Served {
    pub(crate) fn new(settings: &Settings) -> Self {
        let root = at_root(settings);
        let below = settings.dialects.iter().flat_map(|dialect| {
            let mount = Mount::Prefix(*dialect);
            views(*dialect).into_iter().map(move |view| (mount, view))
        });
        Self {
            at_root: root.iter().map(View::pattern).collect(),
            with_errors: below
                .chain(root.into_iter().map(|view| (Mount::Root, view)))
                .filter(|(_, view)| view.has_errors())
                .map(|(mount, view)| (mount, view.pattern()))
                .collect(),
        }
    }

    /// Whether a path is a dialect's.
    pub(crate) fn has(&self, path: &str) -> bool {
        path.starts_with("/compat/") || self.at_root.iter().any(|pattern| pattern.is_match(path))
    }

    /// The answer to a network address that asks too much, and has to wait for so long.
    pub(crate) fn throttled(&self, path: &str, wait: Duration) -> HttpResponse {
        let refusal = Refusal::throttled(wait);
        let is_error = self.with_errors.iter().any(|(mount, pattern)| {
            let rest = mount.strip(path);
            rest.is_some_and(|rest| pattern.is_match(rest))
        });
        if is_error {
            refusal.into_error().response()
        } else {
            refusal.response()
        }
    }
}
