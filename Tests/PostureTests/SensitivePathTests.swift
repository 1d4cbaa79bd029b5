// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Posture
import Testing

@Suite("paths of the host in a container")
struct SensitivePathTests {
    private static func findings(_ path: String, isWritable: Bool = true) -> [Finding] {
        CleanContainer.posture {
            $0.mounts = [
                .init(kind: "bind", source: path, destination: "/x", isWritable: isWritable)
            ]
        }.findings
    }

    @Test(
        "the engine's socket is found under any of its names, read-only too",
        arguments: [
            ("/var/run/docker.sock", "/run/docker.sock"), ("/run//docker.sock", "/run/docker.sock"),
            ("/run/user/1000/docker.sock", "/run/user/1000/docker.sock"),
            ("/run/containerd/containerd.sock", "/run/containerd/containerd.sock"),
            ("/srv/../run/podman/podman.sock", "/run/podman/podman.sock"),
        ]
    )
    func sockets(_ path: String, _ shown: String) {
        let expected = [Finding(.dockerSocket, .critical, [shown])]
        #expect(Self.findings(path) == expected)
        #expect(Self.findings(path, isWritable: false) == expected)
    }

    struct Sensitive: Sendable, CustomTestStringConvertible {
        let path: String
        let shown: String
        let writable: Severity
        let readOnly: Severity

        init(_ path: String, _ shown: String, _ writable: Severity, _ readOnly: Severity) {
            self.path = path
            self.shown = shown
            self.writable = writable
            self.readOnly = readOnly
        }

        var testDescription: String { path }
    }

    @Test(
        "sensitive paths are found, read-only ones as less",
        arguments: [
            Sensitive("/", "/", .critical, .critical),
            Sensitive("/etc", "/etc", .critical, .high),
            Sensitive("/etc/", "/etc", .critical, .high),
            Sensitive("/root", "/root", .critical, .high),
            Sensitive("/proc", "/proc", .critical, .high),
            Sensitive("/proc/sys", "/proc/sys", .critical, .high),
            Sensitive("/sys", "/sys", .critical, .high),
            Sensitive("/var/run", "/run", .critical, .critical),
            Sensitive("/boot", "/boot", .critical, .high),
            Sensitive("/dev", "/dev", .critical, .high),
            Sensitive("/var/lib/docker", "/var/lib/docker", .critical, .high),
            Sensitive("/etc/shadow", "/etc/shadow", .critical, .high),
            Sensitive("/etc/nginx", "/etc/nginx", .high, .low),
            Sensitive("/var/log", "/var/log", .high, .low),
            Sensitive("/home/mia", "/home/mia", .high, .medium),
            Sensitive("/home/mia/.ssh", "/home/mia/.ssh", .high, .medium),
        ]
    )
    func sensitive(_ each: Sensitive) {
        #expect(Self.findings(each.path) == [Finding(.hostPath, each.writable, [each.shown])])
        let readOnly = Finding(.hostPath, each.readOnly, ["\(each.shown) (read-only)"])
        #expect(Self.findings(each.path, isWritable: false) == [readOnly])
    }

    @Test(
        "ordinary paths are none",
        arguments: [
            "/srv/data", "/home/mia/shop", "/etc/localtime", "/etc/ssl/certs", "/opt/app",
            "/usr/share/zoneinfo", "/data/docker.sock.txt", "/etcetera", "/var/lib/dockerish",
            "/rooted",
            "/dev/shm", "/root/shop",
        ]
    )
    func ordinary(_ path: String) {
        #expect(Self.findings(path) == [])
    }

    @Test("a volume that stands for a folder of the host is one")
    func volumes() {
        var mount = ContainerConfiguration.Mount(
            kind: "volume",
            source: "/var/lib/docker/volumes/v/_data",
            destination: "/x",
            isWritable: true
        )
        mount.volume = "v"
        let volume = mount
        let plain = CleanContainer.posture { $0.mounts = [volume] }
        #expect(plain.findings == [])
        let disguised = CleanContainer.posture {
            $0.mounts = [volume]
        } around: {
            $0.volumeDevices = ["v": "/"]
        }
        #expect(disguised.findings == [Finding(.hostPath, .critical, ["/"])])
    }

    @Test("a mount that spreads to the host is one")
    func propagation() {
        var mount = ContainerConfiguration.Mount(
            kind: "bind",
            source: "/srv",
            destination: "/x",
            isWritable: true
        )
        mount.propagation = "rshared"
        let shared = mount
        let posture = CleanContainer.posture { $0.mounts = [shared] }
        #expect(posture.findings == [Finding(.sharedMount, .medium, ["/x"])])
    }
}
