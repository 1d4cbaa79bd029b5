// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with how a container is run.
///
/// The raw value is the id that alerts have and that the label
/// `jaga.posture.ignore` names.
package enum FindingKind: String, Sendable, Hashable, CaseIterable, Codable {
    case privileged
    case dockerSocket = "docker-socket"
    case hostPath = "host-path"
    case capabilities
    case hostNetwork = "host-network"
    case hostProcesses = "host-pid"
    case hostIPC = "host-ipc"
    case hostUTS = "host-uts"
    case hostUsers = "host-user"
    case hostCgroup = "host-cgroup"
    case noSeccomp = "no-seccomp"
    case noAppArmor = "no-apparmor"
    case unmaskedPaths = "unmasked-paths"
    case devices
    case sharedMount = "shared-mount"
    case secretInEnvironment = "secret-in-environment"
    case openPort = "open-port"
    case restartLoop = "restart-loop"
    case oldImage = "old-image"
    case latestTag = "latest-tag"
    case rootUser = "root-user"
    case newPrivileges = "new-privileges"
    case writableRoot = "writable-root"
    case noMemoryLimit = "no-memory-limit"
    case noProcessLimit = "no-pids-limit"

    /// In a few words.
    package var title: String { text.title }
    /// What somebody can do with it.
    package var why: String { text.why }
    /// What to do about it.
    package var remedy: String { text.remedy }
}
