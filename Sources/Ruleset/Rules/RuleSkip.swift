// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Why one rule is dropped while loading goes on.
struct RuleSkip: Error {
    let fault: RulesetFault
    let location: SourceLocation
    /// Goes behind "rule N is skipped: ".
    let reason: String
    let hint: String

    init(
        _ fault: RulesetFault,
        at location: SourceLocation,
        _ reason: String,
        hint: String = ""
    ) {
        self.fault = fault
        self.location = location
        self.reason = reason
        self.hint = hint
    }

    /// Whether the reason is that other rules are missing.
    var isAboutOthers: Bool {
        switch fault {
        case .unknownRule, .unknownGroup, .noParent: true
        default: false
        }
    }
}
