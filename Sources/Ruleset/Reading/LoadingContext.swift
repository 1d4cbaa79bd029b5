// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What all parts of loading share: the mistakes found, the field names met and
/// the limits set.
struct LoadingContext {
    var log = DiagnosticLog()
    var fieldNames = FieldNameTable()
    let settings: RulesetSettings
}
