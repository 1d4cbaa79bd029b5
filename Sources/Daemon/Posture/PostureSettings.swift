// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What the environment says of looking at how things are run.
///
/// | variable | means |
/// |---|---|
/// | `JAGA_POSTURE` | `off`: neither containers nor the benchmark are looked at |
/// | `JAGA_POSTURE_IMAGE_DAYS` | from so many days on an image is old; 90 |
/// | `JAGA_POSTURE_QUIET_MINUTES` | so long nobody has executed anything in a quiet container; 1440 |
/// | `JAGA_AUDIT_HOURS` | between two runs of the benchmark; 12, 0 for none |
/// | `JAGA_AUDIT_ROOT` | where the host's files are seen from; `/` |
struct PostureSettings: Sendable, Hashable {
    var isOn = true
    var imageDays = 90
    var quietMinutes = 1_440
    var auditHours = 12
    var root = "/"

    init(_ environment: [String: String]) {
        isOn = environment["JAGA_POSTURE"]?.lowercased() != "off"
        imageDays = Self.number(environment["JAGA_POSTURE_IMAGE_DAYS"], 1...36_500) ?? imageDays
        quietMinutes =
            Self.number(environment["JAGA_POSTURE_QUIET_MINUTES"], 0...525_600) ?? quietMinutes
        auditHours = Self.number(environment["JAGA_AUDIT_HOURS"], 0...8_760) ?? auditHours
        if let named = environment["JAGA_AUDIT_ROOT"], named.hasPrefix("/") { root = named }
    }

    private static func number(_ text: String?, _ range: ClosedRange<Int>) -> Int? {
        guard let text, let value = Int(text), range.contains(value) else { return nil }
        return value
    }
}
