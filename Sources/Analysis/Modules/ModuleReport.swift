// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset

/// What a report of an agent's module is for rules and alerts.
struct ModuleReport {
    /// A field that rules see and alerts list.
    typealias Field = (name: String, value: [UInt8])

    let decoder: BuiltInDecoder
    /// What stands for the text; nil when that stays as it came.
    var log: [UInt8]?
    /// Whether the log is a JSON object whose members are fields.
    var hasJSON = false
    /// In the alert's order.
    var fields: [Field] = []
    /// Fields that rules see and alerts have elsewhere.
    var hiddenFields: [Field] = []
    /// The object `syscheck` of the alert; empty without one.
    var syscheck: [UInt8] = []
    /// What `if_fts` looks for; nil without.
    var firstTimeKey: [UInt8]?

    init(_ decoder: BuiltInDecoder) {
        self.decoder = decoder
    }

    /// Adds a field if it has a value.
    mutating func add(_ name: String, _ value: [UInt8]?) {
        guard let value, !value.isEmpty else { return }
        fields.append((name, value))
    }
}

/// What came of a module's text.
enum ModuleOutcome {
    case report(ModuleReport)
    /// Nothing for rules: the beginning of a scan, a result that is known.
    case silent
    case malformed
}
