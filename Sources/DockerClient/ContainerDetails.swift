// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a container is doing.
package enum ContainerState: String, Sendable, Hashable {
    case created, running, paused, restarting, removing, exited, dead
    /// The engine used a word that is not in API v1.52.
    case unknown

    /// Reads the engine's word, of whatever case.
    package init(engineWord: String?) {
        self = ContainerState(rawValue: (engineWord ?? "").lowercased()) ?? .unknown
    }
}

/// A line of the list of containers.
package struct ContainerSummary: Sendable, Hashable {
    package let id: String
    /// Without the leading slash; the first name that is not a link's.
    package let name: String
    /// As it was started with, or an id when the tag moved on.
    package let image: String
    package let imageID: String
    package let labels: [String: String]
    package let state: ContainerState
    /// In the engine's words: `Up 2 hours (healthy)`.
    package let status: String
    /// Nil when the engine does not say.
    package let createdAt: EngineTime?
    package let ports: [Port]

    /// A port of the container, perhaps published.
    package struct Port: Sendable, Hashable {
        /// Of the host; empty when it is not published.
        package let address: String
        /// Of the host; nil when it is not published.
        package let publicPort: Int?
        package let privatePort: Int
        /// `tcp`, `udp` or `sctp`.
        package let type: String
    }
}

/// A container, inspected.
package struct ContainerDetails: Sendable, Hashable {
    package let id: String
    /// Without the leading slash.
    package let name: String
    /// As it was started with.
    package let image: String
    package let imageID: String
    package let labels: [String: String]
    package let state: ContainerState
    /// Nil when it is not known.
    package let createdAt: EngineTime?
    /// Nil when it was never started.
    package let startedAt: EngineTime?
    /// When it last ended; nil when it never did.
    package let finishedAt: EngineTime?
    /// Of its last end; 0 when it never ended.
    package let exitCode: Int64
    /// Of its first process, in the engine's namespace; 0 when it is not running.
    package let processID: Int64
    /// Whether its output is one raw stream instead of frames.
    package let isTTY: Bool
    /// Where the engine writes its output: `json-file`, `journald`.
    package let logDriver: String
    /// The file of the driver `json-file`; empty for others.
    package let logPath: String
    /// Bytes after which that file is rotated, its option `max-size`; nil for never.
    package let logFileLimit: Int64?
    /// `no`, `always`, `on-failure`, `unless-stopped`; empty when not told.
    package let restartPolicy: String
    /// Nil when the container has none.
    package let healthCheck: HealthCheck?
    /// The last probes, oldest first; the engine keeps five.
    package let healthRuns: [HealthCheck.Run]
}

/// A line of the list of images.
package struct ImageSummary: Sendable, Hashable {
    package let id: String
    /// `nginx:latest`; empty for an image that lost its tag.
    package let tags: [String]
    /// `nginx@sha256:…`.
    package let digests: [String]
    package let labels: [String: String]
}

/// A line of the list of networks.
package struct NetworkSummary: Sendable, Hashable {
    package let id: String
    package let name: String
    /// `bridge`, `overlay`.
    package let driver: String
}

/// A line of the list of volumes.
package struct VolumeSummary: Sendable, Hashable {
    /// Volumes have no other id.
    package let name: String
    package let driver: String
}

/// An execution in a container, inspected.
///
/// A health-check probe looks the same as a plain `docker exec`: seen on
/// engine 20.10, where only `-i`, `-t` and `-d` differ in a member.
package struct ExecDetails: Sendable, Hashable {
    package let id: String
    package let containerID: String
    package let isRunning: Bool
    /// Nil while it runs.
    package let exitCode: Int64?
    /// Program and arguments.
    package let command: [String]
    /// Empty for the container's own user.
    package let user: String
    package let isTTY: Bool
    package let isPrivileged: Bool
    package let hasStandardInput: Bool
    package let processID: Int64
}
