//! What git says of the files from which a run follows.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf};
use std::process::{Command, Stdio};

use evidence::Commit;

/// How many files git is asked of at a time.
const AT_A_TIME: usize = 500;

/// A working tree.
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The one that a folder is in; `None`: it is in none, or there is no git.
    pub(crate) fn around(folder: &Path) -> Option<Repository> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let root = git(folder, &["rev-parse", "--show-toplevel"], "")?;
        Some(Repository { root: PathBuf::from(root.trim()).canonicalize().ok()? })
    }

    /// What is checked out, and whether nothing differs from it, `plan` included.
    pub(crate) fn commit(&self, plan: &[&Path]) -> Option<Commit> {
        let said = |arguments: &[&str]| git(&self.root, arguments, "").map(|said| said.trim().to_owned());
        let id = said(&["rev-parse", "HEAD"])?;
        let branch = said(&["branch", "--show-current"]).filter(|branch| !branch.is_empty());
        let clean = said(&["status", "--porcelain"]).map(|changes| changes.is_empty() && self.holds(plan));
        let repository = said(&["remote", "get-url", "origin"]).and_then(|remote| address(&remote));
        Some(Commit { id, repository, branch, clean })
    }

    /// Whether files are as the commit has them. Git does not tell of all that are not: some it was told to ignore, or to take
    /// as unchanged, and some may be elsewhere.
    pub(crate) fn holds(&self, paths: &[&Path]) -> bool {
        let names: Option<Vec<String>> = paths.iter().map(|path| self.name_of(path)).collect();
        names.is_some_and(|names| names.chunks(AT_A_TIME).all(|names| self.has(names) == Some(true)))
    }

    /// A file's name in the tree; `None`: it is not in it, or can't be asked for.
    fn name_of(&self, path: &Path) -> Option<String> {
        let path = path.canonicalize().ok()?;
        let name = path.strip_prefix(&self.root).ok()?.to_str()?.replace(MAIN_SEPARATOR_STR, "/");
        (!name.contains('\n')).then_some(name)
    }

    /// <https://git-scm.com/docs/git-ls-tree>, <https://git-scm.com/docs/git-hash-object>
    fn has(&self, names: &[String]) -> Option<bool> {
        let mut list = vec!["--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", "HEAD", "--"];
        list.extend(names.iter().map(String::as_str));
        let listed = git(&self.root, &list, "")?;
        let entries = listed.split('\0').filter_map(|entry| entry.split_once('\t'));
        let committed: HashMap<&str, &str> =
            entries.filter_map(|(entry, name)| Some((name, entry.rsplit(' ').next()?))).collect();
        let hashed = git(&self.root, &["hash-object", "--stdin-paths"], &(names.join("\n") + "\n"))?;
        let there: Vec<&str> = hashed.lines().collect();
        let is_same = |(name, hash): (&String, &&str)| committed.get(name.as_str()) == Some(hash);
        Some(there.len() == names.len() && names.iter().zip(&there).all(is_same))
    }
}

/// The address of a remote, without whatever says who may read it; `None`: it is a folder, or can't be understood.
///
/// <https://git-scm.com/docs/git-clone#_git_urls>
fn address(remote: &str) -> Option<String> {
    let (scheme, rest) = match remote.split_once("://") {
        Some((scheme @ ("https" | "http" | "ssh" | "git"), rest)) => (scheme, rest.to_owned()),
        Some(_) => return None,
        // `[USER@]HOST:PATH` without a `/` before the colon is one of ssh.
        None => {
            let (host, path) =
                remote.split_once(':').filter(|(host, _)| !host.contains('/') && host.len() > 1)?;
            ("ssh", format!("{host}/{}", path.trim_start_matches('/')))
        }
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit('@').next().unwrap_or_default();
    let is_plain =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@');
    (is_plain(host) && is_plain(path)).then(|| format!("{scheme}://{host}/{path}"))
}

/// What git says in a folder; `None`: it can't tell.
fn git(folder: &Path, arguments: &[&str], input: &str) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(arguments);
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut git = git.spawn().ok()?;
    // What it answers to so few names has room in the pipe.
    git.stdin.take()?.write_all(input.as_bytes()).ok()?;
    let output = git.wait_with_output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_address_of_a_repository_holds_no_credentials() {
        let check = |remote: &str, expected: Option<&str>| {
            assert_eq!(address(remote).as_deref(), expected, "{remote}");
        };
        check("https://github.com/octo-org/infra.git", Some("https://github.com/octo-org/infra.git"));
        check("https://x-access-token:ghs_1@github.com/o/r", Some("https://github.com/o/r"));
        check("https://a:b@c@github.com/o/r?private_token=1#x", Some("https://github.com/o/r"));
        check("git@github.com:octo-org/infra.git", Some("ssh://github.com/octo-org/infra.git"));
        check("ssh://git@example.com:2222/o/r", Some("ssh://example.com:2222/o/r"));
        for remote in
            ["/srv/git/r", "../r", "C:\\r", "file:///srv/git/r", "https://github.com", "https://h/a b", ""]
        {
            check(remote, None);
        }
    }

    #[test]
    fn files_are_those_of_the_commit_or_they_are_not() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("repository");
        fs::create_dir(&root).unwrap();
        let said = |arguments: &[&str]| git(&root, arguments, "").unwrap();
        said(&["init", "--quiet"]);
        for (name, text) in [("a.feature", "a"), ("[b].feature", "b"), (".gitignore", "ignored\n")] {
            fs::write(root.join(name), text).unwrap();
        }
        said(&["add", "."]);
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        said(&[&author[..], &["commit", "--quiet", "-m", "m"]].concat());
        fs::write(root.join("ignored"), "x").unwrap();
        fs::write(place.path().join("outside"), "x").unwrap();
        let repository = Repository::around(&root).unwrap();
        let clean = |names: &[&str]| {
            let paths: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
            let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
            repository.commit(&paths).unwrap().clean
        };
        assert_eq!(clean(&["a.feature", "[b].feature"]), Some(true));
        assert_eq!(clean(&["a.feature", "ignored"]), Some(false));
        assert_eq!(clean(&["../outside"]), Some(false));
        assert_eq!(clean(&["gone"]), Some(false));
        said(&["update-index", "--assume-unchanged", "a.feature"]);
        fs::write(root.join("a.feature"), "other").unwrap();
        assert_eq!(clean(&["[b].feature"]), Some(true));
        assert_eq!(clean(&["a.feature"]), Some(false));
        assert!(Repository::around(place.path()).is_none());
    }
}
