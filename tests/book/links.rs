//! Links from page to page.

use std::fs;
use std::path::Path;

use crate::page::Page;

/// The links of a page that lead nowhere.
pub(crate) fn wrong(page: &Page) -> Vec<String> {
    let folder = page.path.parent().unwrap();
    let told = |target: &str| format!("{}: `{target}` leads nowhere", page.path.display());
    let targets = targets(&page.text);
    let inside = targets.iter().filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    inside.filter(|target| !leads_somewhere(page, folder, target)).map(|target| told(target)).collect()
}

fn targets(text: &str) -> Vec<String> {
    let mut fenced = false;
    let prose = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    });
    let prose: String = prose.map(|line| format!("{line}\n")).collect();
    // What stands in backticks is no link.
    let plain: String = prose.split('`').step_by(2).collect::<Vec<_>>().join("x");
    plain.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
}

fn leads_somewhere(page: &Page, folder: &Path, target: &str) -> bool {
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    // The book has nothing of what stands outside of its folder.
    if file.starts_with("../") {
        return false;
    }
    let path = folder.join(file);
    let text = match file {
        "" => page.text.clone(),
        _ if !path.exists() => return false,
        _ => fs::read_to_string(&path).unwrap_or_default(),
    };
    anchor.is_none_or(|anchor| text.lines().filter_map(heading).any(|known| known == anchor))
}

/// The anchor of a heading, as mdBook and GitHub make it.
fn heading(line: &str) -> Option<String> {
    let text = line.strip_prefix('#')?.trim_start_matches('#').trim();
    let letters = text.to_lowercase();
    let kept = letters.chars().filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter));
    Some(kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect())
}
