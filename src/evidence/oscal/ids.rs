//! Ids that follow from the run's: UUIDs of version 5 (RFC 9562), and the tokens of controls.

use uuid::Uuid;

use crate::controls::ControlRef;

/// Of Rolecall alone, drawn once.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b1f2c0e_5d8a_4e53_9c47_d2907a3be615);

/// The ids of one run.
pub(super) struct Ids<'run>(&'run str);

impl<'run> Ids<'run> {
    pub(super) fn of(run: &'run str) -> Ids<'run> {
        Ids(run)
    }

    pub(super) fn document(&self) -> String {
        self.id("document", "")
    }

    pub(super) fn result(&self) -> String {
        self.id("result", "")
    }

    /// Who ran it.
    pub(super) fn assessor(&self) -> String {
        self.id("assessor", "")
    }

    /// The resource that is the plan.
    pub(super) fn plan(&self) -> String {
        self.id("plan", "")
    }

    /// The resource that is the journal.
    pub(super) fn journal(&self) -> String {
        self.id("journal", "")
    }

    /// The resource that is the record.
    pub(super) fn report(&self) -> String {
        self.id("report", "")
    }

    /// The run as a task.
    pub(super) fn task(&self) -> String {
        self.id("task", "")
    }

    pub(super) fn tool(&self) -> String {
        self.id("tool", "")
    }

    /// What the tool runs on.
    pub(super) fn platform(&self) -> String {
        self.id("platform", "")
    }

    pub(super) fn target(&self) -> String {
        self.id("target", "")
    }

    /// The activity of a feature file.
    pub(super) fn feature(&self, path: &str) -> String {
        self.id("feature", path)
    }

    pub(super) fn principal(&self, arn: &str) -> String {
        self.id("principal", arn)
    }

    pub(super) fn resource(&self, arn: &str) -> String {
        self.id("resource", arn)
    }

    /// The observation of a scenario, by its place in the record.
    pub(super) fn observation(&self, scenario: usize) -> String {
        self.id("observation", &scenario.to_string())
    }

    pub(super) fn finding(&self, control: &ControlRef) -> String {
        self.id("finding", &control.to_string())
    }

    fn id(&self, kind: &str, what: &str) -> String {
        Uuid::new_v5(&NAMESPACE, format!("{}\n{kind}\n{what}", self.0).as_bytes()).to_string()
    }
}

/// A control's id. Those of NIST SP 800-53 are as in NIST's own catalog, `ac-6` and `ac-6.1`
/// (<https://github.com/usnistgov/oscal-content>); others name their framework.
pub(super) fn control(control: &ControlRef) -> String {
    let of_nist = (control.framework == "NIST-800-53").then(|| nist(&control.id)).flatten();
    of_nist.unwrap_or_else(|| format!("{}__{}", token(&control.framework), token(&control.id)))
}

/// What a control is to achieve, as NIST's catalog calls it.
pub(super) fn objective(control: &ControlRef) -> String {
    format!("{}_obj", self::control(control))
}

/// `AC-6` or `AC-6(1)`.
fn nist(id: &str) -> Option<String> {
    let (family, rest) = id.split_once('-')?;
    let (number, enhancement) = match rest.split_once('(') {
        Some((number, rest)) => (number, Some(rest.strip_suffix(')')?)),
        None => (rest, None),
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_known = family.len() == 2
        && family.bytes().all(|byte| byte.is_ascii_uppercase())
        && is_number(number)
        && enhancement.is_none_or(is_number);
    let enhancement = enhancement.map(|it| format!(".{it}")).unwrap_or_default();
    is_known.then(|| format!("{}-{number}{enhancement}", family.to_ascii_lowercase()))
}

/// A token of OSCAL, which begins with a letter or `_`; different texts have different ones.
fn token(text: &str) -> String {
    let mut token = String::new();
    for byte in text.bytes() {
        let is_kept = byte.is_ascii_alphabetic()
            || !token.is_empty() && (byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
        if is_kept {
            token.push(char::from(byte));
        } else {
            token.push_str(&format!("_{byte:02x}"));
        }
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_the_run_and_what_they_are_of() {
        assert_eq!(Ids::of("a").document(), Ids::of("a").document());
        assert_ne!(Ids::of("a").document(), Ids::of("b").document());
        assert_ne!(Ids::of("a").principal("x"), Ids::of("a").resource("x"));
    }

    #[test]
    fn controls_are_tokens_and_no_two_are_one() {
        let check = |framework: &str, id: &str, expected: &str| {
            let named = ControlRef { framework: framework.to_owned(), id: id.to_owned() };
            assert_eq!(control(&named), expected, "{named}");
        };
        check("NIST-800-53", "AC-6", "ac-6");
        check("NIST-800-53", "AC-6(1)", "ac-6.1");
        check("NIST-800-53", "ac-6", "NIST-800-53__ac-6");
        check("NIST-800-53", "AC-6(", "NIST-800-53__AC-6_28");
        check("CIS-AWS-5.0", "1.16", "CIS-AWS-5.0___31.16");
        check("SOC2", "CC6.1", "SOC2__CC6.1");
        check("27001", "A_5", "_327001__A_5f5");
        check("a b", "ü", "a_20b___c3_bc");
    }
}
