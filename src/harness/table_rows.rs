//! Tables of which every row is a claim of its own: each becomes a step, with a result in all outputs.

use gherkin::Step;

use crate::feature::FeatureFile;

/// The step whose rows they are.
const MATRIX: &str = "access is:";

impl FeatureFile {
    /// The file with a step for each row of such tables.
    pub(crate) fn with_rows_apart(mut self) -> Self {
        let mut scenarios = std::mem::take(&mut self.feature.scenarios);
        let mut rules = std::mem::take(&mut self.feature.rules);
        let of_rules = rules.iter_mut().flat_map(|rule| rule.scenarios.iter_mut());
        for scenario in scenarios.iter_mut().chain(of_rules) {
            scenario.steps =
                std::mem::take(&mut scenario.steps).into_iter().flat_map(|step| self.apart(step)).collect();
        }
        (self.feature.scenarios, self.feature.rules) = (scenarios, rules);
        self
    }

    fn apart(&self, step: Step) -> Vec<Step> {
        let Some(table) = step.table.as_ref().filter(|table| step.value == MATRIX && table.rows.len() > 1)
        else {
            return vec![step];
        };
        let header = table.rows.first().cloned().unwrap_or_default();
        let rows = table.rows.iter().skip(1).enumerate();
        rows.map(|(index, row)| {
            let mut apart = step.clone();
            apart.position = self.row_position(table, index);
            if let Some(table) = &mut apart.table {
                table.rows = vec![header.clone(), row.clone()];
            }
            apart
        })
        .collect()
    }
}

/// The words of a step that is the row of such a table.
pub(crate) fn table_row(step: &Step) -> Option<String> {
    let table = step.table.as_ref().filter(|_| step.value == MATRIX)?;
    match table.rows.as_slice() {
        [_, row] => Some(format!("{MATRIX} {}", row.join(" | "))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_a_step_where_it_stands() {
        let text = "Feature: f\n  Scenario: s\n    Given x\n    Then access is:\n      | who | action |\n      | a | b |\n      # why\n      | c | d |\n";
        let file = FeatureFile::parse("a.feature", text);
        let steps = file
            .ok()
            .and_then(|file| Some(file.feature.scenarios.first()?.steps.clone()))
            .unwrap_or_default();
        let told: Vec<_> = steps.iter().map(|step| (step.position.line, table_row(step))).collect();
        let rows = [(3, None), (6, Some("access is: a | b")), (8, Some("access is: c | d"))];
        assert_eq!(told, rows.map(|(line, words)| (line, words.map(str::to_owned))));
    }
}
