//! Where a dialect is reached.

use actix_web::HttpRequest;
use actix_web::web::Data;
use parlor_domain::Dialect;

/// Where a dialect's paths begin: at its own prefix, or at the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mount {
    /// `/compat/<dialect>`
    Prefix(Dialect),
    /// The root.
    Root,
}

impl Mount {
    /// What its paths begin with, without a slash at the end.
    pub(crate) fn prefix(self) -> String {
        match self {
            Self::Prefix(dialect) => format!("/compat/{}", dialect.name()),
            Self::Root => String::new(),
        }
    }

    /// The rest of a path that begins with it.
    pub(crate) fn strip(self, path: &str) -> Option<&str> {
        match self {
            Self::Prefix(dialect) => {
                let rest = path.strip_prefix("/compat/")?.strip_prefix(dialect.name())?;
                (rest.is_empty() || rest.starts_with('/')).then_some(rest)
            }
            Self::Root => Some(path),
        }
    }

    /// Where the request was mounted.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let mount = request.app_data::<Data<Self>>();
        ***mount.expect("every view is mounted somewhere")
    }
}
