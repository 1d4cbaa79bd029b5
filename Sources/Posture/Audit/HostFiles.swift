// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Looks at the files of the engine's host; it reads, and follows no link out of `root`
/// but what the kernel follows.
package struct HostFiles: Sendable {
    /// What was seen.
    package struct Seen: Sendable {
        package var host: HostFacts
        package var daemon: DaemonFlags?
        package var trustsSignedOnly: Bool
    }

    private static let sizeLimit = 1 << 20
    private static let fileLimit = 1_000

    /// Where the host's tree is seen from: empty for the process's own.
    private let root: String
    /// The path of the engine's socket, to tell its process from another engine's.
    private let socket: String

    package init(root: String, socket: String) {
        self.root = root == "/" ? "" : root
        self.socket = socket
    }

    /// Looks; it blocks for as long as some files take to read.
    package func look(rootFolder: String, environment: [String: String]) -> Seen {
        var host = HostFacts()
        let process = engineProcess()
        let arguments = process?.arguments ?? []
        let settingsPath = Self.settingsPath(arguments)
        let settings = contents(settingsPath)
        // Settings that are no JSON: the engine would not have started with them.
        let daemon =
            process == nil && settings == nil
            ? nil : DaemonFlags(arguments: arguments, settings: settings)
        host.socketPath = socket
        host.settingsPath = settingsPath
        var paths = AuditCheck.hostPaths + [settingsPath, socket]
        for flag in AuditCheck.fileFlags { paths += daemon?.text(flag).map { [$0] } ?? [] }
        for path in paths { host.files[path] = file(path) }
        addCertificates(to: &host)
        host.auditRules = auditRules()
        host.hasOwnPartition = rootFolder.isEmpty ? nil : isMount(rootFolder)
        host.dockerGroup = group("docker")
        host.engineUser = process?.user
        host.sshContainers = sshContainers()
        return Seen(
            host: host,
            daemon: daemon,
            trustsSignedOnly: environment["DOCKER_CONTENT_TRUST"] == "1"
        )
    }

    private static func settingsPath(_ arguments: [String]) -> String {
        for (index, argument) in arguments.enumerated() {
            if argument.hasPrefix("--config-file=") {
                return String(argument.dropFirst("--config-file=".count))
            }
            if argument == "--config-file", index + 1 < arguments.count {
                return arguments[index + 1]
            }
        }
        return "/etc/docker/daemon.json"
    }

    // MARK: Files

    private func file(_ path: String) -> HostFacts.File? {
        var status = stat()
        guard stat(root + path, &status) == 0 else { return nil }
        return HostFacts.File(
            owner: status.st_uid,
            group: status.st_gid,
            mode: status.st_mode & 0o7777
        )
    }

    private func addCertificates(to host: inout HostFacts) {
        let folder = "/etc/docker/certs.d"
        for registry in names(in: folder) {
            for name in names(in: "\(folder)/\(registry)") where host.files.count < Self.fileLimit {
                let path = "\(folder)/\(registry)/\(name)"
                host.files[path] = file(path)
            }
        }
    }

    private func auditRules() -> [String]? {
        let folder = "/etc/audit/rules.d"
        let files =
            ["/etc/audit/audit.rules"]
            + names(in: folder).filter { $0.hasSuffix(".rules") }.map { "\(folder)/\($0)" }
        let found = files.compactMap { contents($0) }
        guard !found.isEmpty else { return nil }
        return found.flatMap { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }.filter { !$0.hasPrefix("#") }
    }

    private func isMount(_ path: String) -> Bool? {
        guard let mounts = contents("/proc/1/mountinfo") ?? contents("/proc/self/mountinfo") else {
            return nil
        }
        return String(decoding: mounts, as: UTF8.self).split(separator: "\n").contains { line in
            let parts = line.split(separator: " ")
            return parts.count > 4 && parts[4] == path
        }
    }

    private func group(_ name: String) -> HostFacts.Group? {
        guard let bytes = contents("/etc/group") else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[0] == name, let id = UInt32(parts[2]) else { continue }
            return HostFacts.Group(id: id, members: parts[3].split(separator: ",").map(String.init))
        }
        return nil
    }

    // MARK: The engine's process

    private struct Process {
        let arguments: [String]
        let user: UInt32
    }

    /// The engine that has our socket; nil when no process can be told to be it.
    private func engineProcess() -> Process? {
        let found = names(in: "/proc").filter { $0.allSatisfy(\.isNumber) }.compactMap(process)
        let isUsual = ["/run/docker.sock", "/var/run/docker.sock"].contains(socket)
        return found.first { each in
            let places = each.arguments.filter { $0.contains("unix://") || $0.contains("fd://") }
            if places.contains(where: { $0.hasSuffix("unix://\(socket)") }) { return true }
            return isUsual && (places.isEmpty || places.contains { $0.contains("fd://") })
        }
    }

    /// Containers of SSH servers: from outside, since the engine would tell everybody that
    /// it was asked for a container's processes.
    private func sshContainers() -> Set<String> {
        var found: Set<String> = []
        for id in names(in: "/proc") where id.allSatisfy(\.isNumber) {
            guard let name = contents("/proc/\(id)/comm"),
                name.starts(with: "sshd".utf8) || name.starts(with: "dropbear".utf8),
                let group = contents("/proc/\(id)/cgroup")
            else { continue }
            // `/docker/ID` and `/system.slice/docker-ID.scope` alike.
            let words = String(decoding: group, as: UTF8.self).split { !$0.isHexDigit }
            for word in words where word.utf8.count == 64 { found.insert(String(word)) }
        }
        return found
    }

    private func process(_ id: String) -> Process? {
        guard let name = contents("/proc/\(id)/comm"), name.starts(with: "dockerd".utf8),
            let line = contents("/proc/\(id)/cmdline"), let file = file("/proc/\(id)")
        else { return nil }
        let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return Process(arguments: arguments, user: file.owner)
    }

    // MARK: Reading

    private func names(in folder: String) -> [String] {
        guard let handle = opendir(root + folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// The beginning of a file; nil when it cannot be read.
    private func contents(_ path: String) -> [UInt8]? {
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < Self.sizeLimit {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += buffer[..<count]
        }
        return bytes
    }
}
