// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How much a finding matters.
package enum Severity: String, Sendable, Hashable, CaseIterable, Comparable, Codable {
    /// A hardening that is missing; alone no way out.
    case low
    /// Makes an attack easier, or a secret easy to read.
    case medium
    /// One step from the host, or from its other containers.
    case high
    /// As good as root on the host.
    case critical

    /// What a finding takes from a container's hundred points.
    var weight: Int {
        switch self {
        case .low: 4
        case .medium: 10
        case .high: 25
        case .critical: 50
        }
    }

    package static func < (left: Severity, right: Severity) -> Bool { left.weight < right.weight }
}
