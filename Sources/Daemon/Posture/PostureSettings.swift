// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Posture

/// What is said of looking at how things are run: `<sca>`, `<posture>` in `<jaga>`, and the
/// environment above both.
///
/// | variable | means |
/// |---|---|
/// | `JAGA_POSTURE` | `off`: neither containers nor the benchmark are looked at |
/// | `JAGA_POSTURE_IMAGE_DAYS` | from so many days on an image is old; 90 |
/// | `JAGA_POSTURE_QUIET_MINUTES` | so long nobody has executed anything in a quiet container; 1440 |
/// | `JAGA_AUDIT_HOURS` | between two runs of the benchmark; 12, 0 for none |
/// | `JAGA_AUDIT_ALERTS` | `failed`, `changes` or `all`: what of it becomes an alert |
/// | `JAGA_AUDIT_ROOT` | where the host's files are seen from; `/` |
package struct PostureSettings: Sendable, Hashable {
    /// Between two runs of the benchmark at most: a year.
    package static let longestInterval = 8_760 * 3_600

    /// Whether containers are looked at, and the benchmark is run.
    package var isOn = true
    /// From so many days on an image is old; from 1 to 36,500.
    package var imageDays = 90
    /// So long nobody has executed anything in a quiet container; from 0 to 525,600.
    package var quietMinutes = 1_440
    /// Between two runs of the benchmark; nil for none.
    package var auditSeconds: Int? = 12 * 3_600
    /// Whether it runs soon after a start although its time has not come.
    package var auditsOnStart = false
    /// What of it becomes an event.
    package var auditAlerts = AssessmentScope.failed
    /// Where the host's files are seen from.
    package var root = "/"

    package init() {}

    /// The same with what the environment says instead.
    package func overlaid(by environment: [String: String]) -> PostureSettings {
        var settings = self
        switch environment["JAGA_POSTURE"]?.lowercased() {
        case "off": settings.isOn = false
        case "on": settings.isOn = true
        default: break
        }
        if let days = Self.number(environment["JAGA_POSTURE_IMAGE_DAYS"], 1...36_500) {
            settings.imageDays = days
        }
        if let minutes = Self.number(environment["JAGA_POSTURE_QUIET_MINUTES"], 0...525_600) {
            settings.quietMinutes = minutes
        }
        if let hours = Self.number(environment["JAGA_AUDIT_HOURS"], 0...8_760) {
            settings.auditSeconds = hours == 0 ? nil : hours * 3_600
        }
        if let scope = environment["JAGA_AUDIT_ALERTS"].flatMap(AssessmentScope.init(rawValue:)) {
            settings.auditAlerts = scope
        }
        if let named = environment["JAGA_AUDIT_ROOT"], named.hasPrefix("/") {
            settings.root = named
        }
        return settings
    }

    private static func number(_ text: String?, _ range: ClosedRange<Int>) -> Int? {
        guard let text, let value = Int(text), range.contains(value) else { return nil }
        return value
    }
}
