// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a response can do.
package enum ActKind: String, Sendable, Hashable, Codable, CaseIterable {
    case dockerPause = "docker-pause"
    case dockerStop = "docker-stop"
    case dockerKill = "docker-kill"
    case dockerRestart = "docker-restart"
    /// From all its networks; they are remembered for the undo.
    case dockerDisconnect = "docker-disconnect"
    /// As ``dockerDisconnect``, then into a network without a way out.
    case dockerIsolate = "docker-isolate"
    /// Keeps evidence: an image, the list of changes, the log.
    case dockerSnapshot = "docker-snapshot"
    case blockAddress = "block-address"
    case disableAccount = "disable-account"
    /// The alert, sent to an address that the owner chose.
    case webhook
    /// A program of the owner's, under Wazuh's contract.
    case script

    /// The act that an `<executable>` names; a script for all other names.
    package init(executable: String) {
        self = ActKind(rawValue: executable) ?? .script
    }

    /// Whether it is given the alert, and says itself what it is done to.
    package var takesAlert: Bool { self == .script || self == .webhook }

    /// Whether it is done to a container.
    package var isOnContainer: Bool { rawValue.hasPrefix("docker-") }

    /// Whether there is something to undo later.
    package var canBeUndone: Bool { self != .dockerRestart && self != .dockerSnapshot }

    /// Whether doing it a second time changes nothing, so that one that was cut
    /// off is simply done again.
    package var isIdempotent: Bool {
        switch self {
        case .dockerPause, .dockerStop, .dockerKill, .dockerDisconnect, .dockerIsolate,
            .blockAddress, .disableAccount:
            true
        case .dockerRestart, .dockerSnapshot, .webhook, .script: false
        }
    }
}
