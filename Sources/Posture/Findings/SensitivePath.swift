// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Paths of a host that a container should not have.
enum SensitivePath {
    /// Sockets of engines: who talks to one is root.
    private static let sockets: Set<String> = [
        "docker.sock", "containerd.sock", "podman.sock", "crio.sock", "buildkitd.sock",
    ]

    /// The path without doubled, trailing and `.` parts, `..` followed, and with `/run` for
    /// `/var/run`.
    static func normalised(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        if parts.count >= 2, parts[0] == "var", parts[1] == "run" { parts.removeFirst() }
        return "/" + parts.joined(separator: "/")
    }

    static func isEngineSocket(_ path: String) -> Bool {
        sockets.contains(String(normalised(path).split(separator: "/").last ?? ""))
    }

    /// How bad it is to have `path`, normalised, in a container; nil when it is ordinary.
    static func severity(of path: String, isWritable: Bool) -> Severity? {
        if harmless.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) { return nil }
        // The engine's socket is in them, for which read-only changes nothing.
        if path == "/" || path == "/run" { return .critical }
        if whole.contains(path) || isBelow(path, kernel) {
            return isWritable ? .critical : .high
        }
        if isBelow(path, system) { return isWritable ? .high : .low }
        if isHome(path) { return isWritable ? .high : .medium }
        return nil
    }

    /// Files that many images ask for, and from which nothing follows.
    private static let harmless = [
        "/etc/localtime", "/etc/timezone", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf",
        "/etc/machine-id", "/etc/os-release", "/etc/ssl/certs", "/etc/ca-certificates",
        "/etc/pki/tls/certs",
        "/usr/share/zoneinfo", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
        "/usr/lib/os-release", "/usr/src", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
        "/dev/shm", "/dev/log", "/lib/modules",
    ]
    /// With these comes everything, or the engine's socket.
    private static let whole: Set<String> = [
        "/etc", "/root", "/proc", "/sys", "/dev", "/boot", "/var", "/var/lib",
        "/var/lib/docker", "/var/lib/containerd", "/usr", "/bin", "/sbin", "/lib", "/lib64",
        "/home",
        "/var/lib/kubelet", "/run/containerd", "/run/systemd", "/var/spool/cron", "/etc/cron.d",
        "/etc/shadow", "/etc/passwd", "/etc/sudoers", "/etc/sudoers.d", "/etc/ssh", "/etc/systemd",
        "/root/.ssh", "/etc/ld.so.preload",
    ]
    private static let kernel = ["/proc", "/sys/kernel", "/boot", "/dev/mem", "/dev/kmem"]
    private static let system = [
        "/etc", "/sys", "/var/lib/docker", "/var/lib/containerd", "/usr/bin", "/usr/sbin",
        "/usr/lib", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin", "/lib", "/lib64",
        "/run/systemd", "/run/docker", "/run/containerd", "/var/log", "/var/lib/kubelet",
        "/var/spool/cron", "/dev",
    ]
    /// What of a home is worth stealing.
    private static let keys: Set<String> = [
        ".ssh", ".aws", ".azure", ".kube", ".docker", ".gnupg", ".config", ".netrc",
        ".git-credentials", ".bash_history",
    ]

    private static func isBelow(_ path: String, _ folders: [String]) -> Bool {
        folders.contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// A whole home, or the keys in one; not a project that lies there.
    private static func isHome(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        guard let first = parts.first else { return false }
        let home = first == "root" ? 1 : first == "home" ? 2 : 0
        guard home > 0, parts.count >= home else { return false }
        return parts.count == home || keys.contains(parts[home])
    }
}
