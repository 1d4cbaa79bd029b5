// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How a container was made and how it runs: what it may do, what of the host
/// it sees, what limits it.
///
/// Source: Docker Engine API v1.41, `/containers/{id}/json`. A member that the
/// engine does not tell has the value of a container that asked for nothing.
package struct ContainerConfiguration: Sendable, Hashable {
    package var id = ""
    /// Without the leading slash.
    package var name = ""
    /// As it was started with.
    package var image = ""
    package var imageID = ""
    package var labels: [String: String] = [:]
    package var state = ContainerState.unknown
    package var createdAt: EngineTime?
    package var startedAt: EngineTime?
    /// By the engine's restart policy, since somebody last started it.
    package var restartCount = 0

    /// `UID`, `UID:GID` or names; empty for the image's default, which is root.
    package var user = ""
    package var environment: [EnvironmentVariable] = []
    package var hasHealthCheck = false

    package var isPrivileged = false
    /// `host`, `bridge`, `none`, `container:ID` or a network's name.
    package var networkMode = ""
    package var processMode = ""
    package var ipcMode = ""
    package var utsMode = ""
    package var userMode = ""
    package var cgroupMode = ""
    /// In capitals, without `CAP_`.
    package var addedCapabilities: [String] = []
    package var droppedCapabilities: [String] = []
    /// `seccomp=unconfined`, `no-new-privileges:true`, `label=disable`.
    package var securityOptions: [String] = []
    /// Empty until it is started, and where the engine has no AppArmor.
    package var appArmorProfile = ""
    /// Nil for the engine's default; empty when nothing of `/proc` is hidden.
    package var maskedPaths: [String]?
    package var hasReadOnlyRoot = false

    /// Bytes; 0 for no limit.
    package var memoryLimit: Int64 = 0
    /// Relative weight; 0 for the default.
    package var cpuShares: Int64 = 0
    /// Billionths of a processor; 0 for no limit.
    package var nanoCPUs: Int64 = 0
    /// Microseconds a period; 0 for no limit.
    package var cpuQuota: Int64 = 0
    /// Nil, 0 or less for no limit.
    package var processLimit: Int64?
    package var restartPolicy = ""
    package var restartLimit = 0
    package var hasUlimits = false
    package var cgroupParent = ""

    package var mounts: [Mount] = []
    /// Paths on the host.
    package var devices: [String] = []
    /// `a *:* rwm`.
    package var deviceRules: [String] = []
    package var ports: [PortBinding] = []
    package var publishesAllPorts = false
    /// Names of the networks it is joined to, in order.
    package var networks: [String] = []

    package init() {}

    /// Something mounted into the container.
    package struct Mount: Sendable, Hashable {
        /// `bind`, `volume`, `tmpfs`, `npipe`.
        package var kind: String
        /// A path of the host for `bind`; for `volume` where its data lies.
        package var source: String
        /// Of a volume; empty for others.
        package var volume: String
        package var destination: String
        package var isWritable: Bool
        /// `rprivate`, `rshared`, `rslave`.
        package var propagation: String

        package init(
            kind: String,
            source: String,
            destination: String,
            isWritable: Bool
        ) {
            self.kind = kind
            self.source = source
            self.destination = destination
            self.isWritable = isWritable
            volume = ""
            propagation = ""
        }
    }

    /// A port published on the host.
    package struct PortBinding: Sendable, Hashable {
        /// Port and protocol: `80/tcp`.
        package var containerPort: String
        /// Empty for all addresses.
        package var hostAddress: String
        /// Empty when the engine chooses it.
        package var hostPort: String

        package init(containerPort: String, hostAddress: String, hostPort: String) {
            self.containerPort = containerPort
            self.hostAddress = hostAddress
            self.hostPort = hostPort
        }

        /// Whether anybody who reaches the host reaches it.
        package var isOnAllAddresses: Bool {
            ["", "0.0.0.0", "::", "[::]"].contains(hostAddress)
        }
    }
}

/// A variable of a container's environment.
///
/// Its value is for looking at, never for showing: no description has it.
package struct EnvironmentVariable: Sendable, Hashable {
    package let name: String
    package let value: String

    /// Reads `NAME=VALUE`; a text without `=` is a name.
    package init(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        name = parts.first.map(String.init) ?? ""
        value = parts.count > 1 ? String(parts[1]) : ""
    }
}

extension EnvironmentVariable: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package var description: String { "\(name)=…" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
