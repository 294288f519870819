//! Bringing a schema up to date.

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::open::OpenError;

/// Runs what is missing; names what was run.
pub(crate) fn run<DB: Backend>(
    conn: &mut impl MigrationHarness<DB>,
    source: fn() -> EmbeddedMigrations,
) -> Result<Vec<String>, OpenError> {
    let missing = pending(conn, source)?;
    conn.run_pending_migrations(source()).map_err(OpenError::Failed)?;
    Ok(missing)
}

/// Names what is missing.
pub(crate) fn pending<DB: Backend>(
    conn: &mut impl MigrationHarness<DB>,
    source: fn() -> EmbeddedMigrations,
) -> Result<Vec<String>, OpenError> {
    refuse_newer(conn, source)?;
    let pending = conn.pending_migrations(source()).map_err(OpenError::Failed)?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_string())
        .collect())
}

/// Names all there are.
pub(crate) fn all<DB: Backend>(source: fn() -> EmbeddedMigrations) -> Result<Vec<String>, OpenError> {
    let known = known::<DB>(source)?;
    Ok(known
        .iter()
        .map(|migration| migration.name().to_string())
        .collect())
}

fn known<DB: Backend>(source: fn() -> EmbeddedMigrations) -> Result<Vec<Box<dyn Migration<DB>>>, OpenError> {
    source().migrations().map_err(OpenError::Failed)
}

/// A newer program may have changed what tables mean: an older one must not touch them.
fn refuse_newer<DB: Backend>(
    conn: &mut impl MigrationHarness<DB>,
    source: fn() -> EmbeddedMigrations,
) -> Result<(), OpenError> {
    let known = known::<DB>(source)?;
    let is_known = |version: &MigrationVersion<'_>| known.iter().any(|m| m.name().version() == *version);
    let applied = conn.applied_migrations().map_err(OpenError::Failed)?;
    match applied.into_iter().find(|version| !is_known(version)) {
        Some(version) => Err(OpenError::Newer(version.to_string())),
        None => Ok(()),
    }
}
