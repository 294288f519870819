//! What a run found, for people and for programs.

use serde_json::{Map, Value};

/// Named figures in order.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<(&'static str, Value)>);

impl Report {
    /// Adds a figure. Names say the unit: `…_us`, `…_bytes`, `…_per_second`.
    pub(crate) fn add(&mut self, name: &'static str, figure: impl Into<Value>) {
        self.0.push((name, figure.into()));
    }

    /// Adds a figure with as many digits as mean something.
    pub(crate) fn add_rounded(&mut self, name: &'static str, figure: f64) {
        let scale = if figure.abs() < 100.0 { 1000.0 } else { 1.0 };
        self.add(name, (figure * scale).round() / scale);
    }

    /// A table for people.
    pub(crate) fn table(&self) -> String {
        let width = self.0.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let line = |(name, figure): &(&str, Value)| match figure {
            Value::String(text) => format!("{name:width$}  {text}\n"),
            figure => format!("{name:width$}  {figure:>14}\n"),
        };
        self.0.iter().map(line).collect()
    }

    /// One line of JSON for programs.
    pub(crate) fn json(&self) -> String {
        let map: Map<String, Value> = self
            .0
            .iter()
            .map(|(name, figure)| ((*name).to_owned(), figure.clone()))
            .collect();
        Value::Object(map).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_figures_keep_their_digits() {
        let mut report = Report::default();
        report.add("mode", "idle");
        report.add_rounded("us", 4.234_56);
        report.add_rounded("bytes", 4234.56);
        assert_eq!(report.json(), r#"{"bytes":4235.0,"mode":"idle","us":4.235}"#);
        assert_eq!(report.table().lines().count(), 3);
    }
}
