//! Which programs there are.

use std::path::Path;

/// Whether a program can be started by its name.
///
/// # Errors
/// A few words for the summary where it can't.
pub(crate) fn on_path(program: &str, path: &str) -> Result<(), String> {
    if std::env::split_paths(path).any(|folder| is_executable(&folder.join(program))) {
        Ok(())
    } else {
        Err(format!("no `{program}` on the PATH"))
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.with_extension("exe").is_file()
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_program_is_a_file_that_can_be_executed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        let missing = Err("no `aws` on the PATH".to_owned());
        assert_eq!(on_path("aws", ""), missing);
        assert_eq!(on_path("aws", path), missing);
        fs::write(folder.path().join("aws"), "").unwrap();
        fs::set_permissions(folder.path().join("aws"), fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(on_path("aws", path), missing);
        fs::set_permissions(folder.path().join("aws"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(on_path("aws", path), Ok(()));
    }
}
