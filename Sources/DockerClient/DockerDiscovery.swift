// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The search for an engine on this machine when `DOCKER_HOST` is not set.
package struct DockerDiscovery: Sendable, Hashable {
    /// A socket that was tried and cannot be used.
    package struct Failure: Sendable, Hashable {
        package let path: String
        package let reason: Reason

        package init(path: String, reason: Reason) {
            self.path = path
            self.reason = reason
        }
    }

    /// Why a socket cannot be used.
    package enum Reason: Sendable, Hashable {
        case missing
        case permissionDenied
        /// The file is there, and nobody listens.
        case refused
        /// Another error, by its number in errno(3).
        case other(errno: Int32)
    }

    /// The first socket that accepts a connection, if there is one.
    package let endpoint: DockerEndpoint?
    /// The sockets before it that do not, in the order they were tried.
    package let failures: [Failure]

    /// Tries the places where Docker, rootless Docker, Docker Desktop and
    /// Podman listen; connects to each until one accepts.
    ///
    /// Does not block: a unix socket accepts or refuses at once.
    package init(environment: DockerEnvironment) {
        self.init(candidates: Self.candidates(in: environment))
    }

    /// Tries the given paths, in order.
    package init(candidates: [String]) {
        var failures: [Failure] = []
        for path in candidates {
            guard let reason = Self.failure(toConnectTo: path) else {
                endpoint = DockerEndpoint(address: .unix(path: path), tls: nil)
                self.failures = failures
                return
            }
            failures.append(Failure(path: path, reason: reason))
        }
        endpoint = nil
        self.failures = failures
    }

    /// Where engines listen by default, each path once.
    package static func candidates(in environment: DockerEnvironment) -> [String] {
        var paths = ["/var/run/docker.sock"]
        if !environment.runtimeDirectory.isEmpty {
            paths.append(environment.runtimeDirectory + "/docker.sock")
        }
        paths.append("/run/user/\(environment.userID)/docker.sock")
        if !environment.home.isEmpty {
            paths.append(environment.home + "/.docker/run/docker.sock")
        }
        paths.append("/run/podman/podman.sock")
        var seen: Set<String> = []
        return paths.filter { seen.insert($0).inserted }
    }

    /// One line for a person: what was tried, why it failed, what to do.
    package var failure: DockerError {
        let tried = failures.map { "\($0.path) (\($0.reason.description))" }
        let isDenied = failures.contains { $0.reason == .permissionDenied }
        let remedy =
            isDenied
            ? "add the user to the group docker, or run as root"
            : "start docker, or name the engine in DOCKER_HOST"
        return DockerError(
            isDenied ? .permissionDenied : .noEngineFound,
            "no docker engine found: tried \(tried.joined(separator: ", ")); \(remedy)",
            endpoint: failures.first.map { "unix://" + $0.path } ?? "unix:///var/run/docker.sock"
        )
    }

    /// Nil when a connection is accepted.
    private static func failure(toConnectTo path: String) -> Reason? {
        guard path.utf8.count <= DockerEndpoint.socketPathLimit else {
            return .other(errno: ENAMETOOLONG)
        }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .other(errno: errno) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, size)
            }
        }
        guard result != 0 else { return nil }
        switch errno {
        // A full backlog: somebody listens, and is busy.
        case EAGAIN: return nil
        case ENOENT, ENOTDIR: return .missing
        case EACCES, EPERM: return .permissionDenied
        case ECONNREFUSED: return .refused
        case let number: return .other(errno: number)
        }
    }
}

extension DockerDiscovery.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "missing"
        case .permissionDenied: "permission denied"
        case .refused: "connection refused"
        case .other(let number): "error \(number)"
        }
    }
}
