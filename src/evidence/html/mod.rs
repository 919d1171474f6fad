//! The report for people who would rather look than read: one HTML file, made from a [`Record`](crate::Record) alone.
//!
//! It needs no network and no JavaScript: a small script only filters, searches and opens. Its content security policy
//! (<https://www.w3.org/TR/CSP3/>) names that script and the styles by their digests and forbids all else. Every text
//! of the record passes `markup::text`.

mod call;
mod context;
mod controls;
mod detail;
mod filters;
mod head;
mod look;
mod markup;
mod origin;
mod page;
mod reach;
mod report;
mod scenarios;
#[cfg(test)]
mod tests;
mod timeline;
mod top;

pub(crate) use report::{write, write_files};
