// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A version of the Engine API: `1.41`.
package struct APIVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let major: UInt16
    package let minor: UInt16

    package init(major: UInt16, minor: UInt16) {
        self.major = major
        self.minor = minor
    }

    /// Reads `1.41`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = UInt16(parts[0]), let minor = UInt16(parts[1]) else {
            return nil
        }
        self.init(major: major, minor: minor)
    }

    /// The newest version whose answers were looked at when this was written.
    package static let newestKnown = APIVersion(major: 1, minor: 52)

    package static func < (left: APIVersion, right: APIVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    package var description: String { "\(major).\(minor)" }
}

/// Which engine answers.
package struct EngineVersion: Sendable, Hashable {
    /// Version of the product: `28.2.2`.
    package let version: String
    /// The newest API that the engine speaks.
    package let apiVersion: APIVersion?
    /// What the client speaks with it from now on.
    package let negotiatedVersion: APIVersion?
    /// `linux`.
    package let operatingSystem: String
    /// `amd64`.
    package let architecture: String
    /// `6.1.0-13-amd64`.
    package let kernelVersion: String
    /// `Docker`, `Podman Engine`; empty when the engine does not say.
    package let product: String
}
