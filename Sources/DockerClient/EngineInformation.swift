// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What an engine says of itself.
///
/// Source: Docker Engine API v1.41, `/info`.
package struct EngineInformation: Sendable, Hashable {
    /// `name=seccomp,profile=default`, `name=apparmor`, `name=userns`, `name=rootless`.
    package var securityOptions: [String] = []
    /// Its name: `overlay2`.
    package var storageDriver = ""
    package var storageStatus: [String: String] = [:]
    /// What containers' output goes to by default: `json-file`.
    package var loggingDriver = ""
    /// `1`, `2`, or empty when not told.
    package var cgroupVersion = ""
    /// Where it keeps everything: `/var/lib/docker`.
    package var rootFolder = ""
    package var hasLiveRestore = false
    package var isExperimental = false
    package var operatingSystem = ""
    /// Networks or `HOST:PORT` whose registries are spoken with in the clear; loopback
    /// aside.
    package var insecureRegistries: [String] = []
    package var authorizationPlugins: [String] = []
    /// `active`, `inactive`; empty when not told.
    package var swarmState = ""
    package var isSwarmManager = false
    package var swarmManagers = 0
    package var images = 0
    package var containers = 0

    package init() {}

    /// Whether a security option is on: `seccomp`, `apparmor`, `selinux`, `userns`,
    /// `rootless`, `no-new-privileges`.
    package func has(_ option: String) -> Bool {
        securityOptions.contains { $0.split(separator: ",").first == "name=\(option)" }
    }
}

/// An image, as far as it says how its containers run and what it was made of.
package struct ImageConfiguration: Sendable, Hashable {
    package var id = ""
    package var tags: [String] = []
    /// Nil when it is not told; images that are built alike everywhere say 1970 or 1980.
    package var createdAt: EngineTime?
    package var user = ""
    package var hasHealthCheck = false
    package var environment: [EnvironmentVariable] = []

    package init() {}
}

/// A step of an image's making.
package struct ImageStep: Sendable, Hashable {
    /// `/bin/sh -c #(nop) ADD file:… in /`, or BuildKit's `ADD … # buildkit`.
    package let command: String

    package init(command: String) {
        self.command = command
    }
}

/// What a swarm of engines is set to.
package struct SwarmInformation: Sendable, Hashable {
    package var locksManagers = false
    /// Days after which nodes get new certificates.
    package var certificateDays = 0
    package var services: [Service] = []
    package var managers = 0

    package init() {}

    package struct Service: Sendable, Hashable {
        package var name: String
        /// Ports published through the mesh, on every node's every address.
        package var meshPorts: [Int]

        package init(name: String, meshPorts: [Int]) {
            self.name = name
            self.meshPorts = meshPorts
        }
    }
}

/// A network, as far as it says who reaches whom on it.
package struct NetworkConfiguration: Sendable, Hashable {
    package var name: String
    package var driver: String
    package var options: [String: String]

    package init(name: String, driver: String, options: [String: String]) {
        self.name = name
        self.driver = driver
        self.options = options
    }
}

/// A path of a container's file system that is not as in its image.
package struct FileChange: Sendable, Hashable {
    package enum Kind: Int, Sendable, Hashable {
        case modified = 0
        case added = 1
        case deleted = 2
    }

    package let path: String
    package let kind: Kind

    package init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}
