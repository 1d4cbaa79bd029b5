// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import Posture
import Testing

@Suite("the CIS benchmark")
struct AuditTests {
    /// A host on which everything is as it should be.
    private static var facts: AuditFacts {
        var facts = AuditFacts()
        facts.engineVersion = "Docker 28.2.2"
        facts.engine.storageDriver = "overlay2"
        facts.engine.securityOptions = ["name=apparmor", "name=seccomp,profile=default"]
        facts.engine.rootFolder = "/var/lib/docker"
        facts.engine.loggingDriver = "json-file"
        facts.engine.swarmState = "inactive"
        var container = CleanContainer.configuration
        container.appArmorProfile = "docker-default"
        container.hasHealthCheck = true
        container.nanoCPUs = 500_000_000
        container.networkMode = "shop"
        container.networks = ["shop"]
        facts.containers = [.init(container, CleanContainer.posture { $0 = container })]
        return facts
    }

    private static func results(
        _ change: (inout AuditFacts) -> Void = { _ in }
    ) -> [String: AuditReport.Result] {
        var facts = facts
        change(&facts)
        let report = AuditReport(facts, host: "h", time: 1)
        return Dictionary(report.results.map { ($0.id, $0) }) { first, _ in first }
    }

    /// With another container in place of the clean one.
    private static func containerResults(
        _ change: (inout ContainerConfiguration) -> Void
    ) -> [String: AuditReport.Result] {
        results { facts in
            var container = facts.containers[0].configuration
            change(&container)
            facts.containers = [
                .init(container, CleanContainer.posture { $0 = container })
            ]
        }
    }

    @Test("every check of the benchmark is there once, in its order")
    func numbers() {
        var expected = ["1.1.1", "1.1.2"]
        for number in 3...18 { expected.append("1.1.\(number)") }
        expected += ["1.2.1", "1.2.2"]
        for (section, last) in [(2, 18), (3, 24), (4, 12), (5, 32), (6, 2), (7, 9)] {
            for number in 1...last { expected.append("\(section).\(number)") }
        }
        #expect(AuditCheck.all.map(\.id) == expected)
        #expect(expected.count == 117)
        #expect(Set(AuditCheck.all.map(\.number)).count == 117)
        #expect(AuditCheck.all.first { $0.id == "5.31" }?.number == 85_031)
        #expect(AuditCheck.all.first { $0.id == "1.1.14" }?.number == 81_114)
    }

    @Test("a clean container passes every check on containers that a machine can judge")
    func cleanContainer() {
        let failed = Self.results().values.filter {
            $0.section == "runtime" && $0.result == .failed
        }
        #expect(failed.map(\.id) == [])
    }

    struct Risk: Sendable, CustomTestStringConvertible {
        let id: String
        let change: @Sendable (inout ContainerConfiguration) -> Void

        init(_ id: String, _ change: @escaping @Sendable (inout ContainerConfiguration) -> Void) {
            self.id = id
            self.change = change
        }

        var testDescription: String { id }
    }

    static let risks: [Risk] = [
        Risk("5.2") { $0.appArmorProfile = "unconfined" },
        Risk("5.4") { $0.addedCapabilities = ["NET_ADMIN"] },
        Risk("5.5") { $0.isPrivileged = true },
        Risk("5.6") {
            $0.mounts = [.init(kind: "bind", source: "/etc", destination: "/x", isWritable: false)]
        },
        Risk("5.8") {
            $0.ports = [.init(containerPort: "80/tcp", hostAddress: "127.0.0.1", hostPort: "80")]
        },
        Risk("5.9") { $0.publishesAllPorts = true },
        Risk("5.10") { $0.networkMode = "host" }, Risk("5.11") { $0.memoryLimit = 0 },
        Risk("5.12") { $0.nanoCPUs = 0 }, Risk("5.13") { $0.hasReadOnlyRoot = false },
        Risk("5.14") {
            $0.ports = [.init(containerPort: "80/tcp", hostAddress: "", hostPort: "8080")]
        },
        Risk("5.15") { $0.restartPolicy = "always" }, Risk("5.16") { $0.processMode = "host" },
        Risk("5.17") { $0.ipcMode = "host" }, Risk("5.18") { $0.devices = ["/dev/fuse"] },
        Risk("5.20") {
            var mount = ContainerConfiguration.Mount(
                kind: "bind",
                source: "/srv",
                destination: "/x",
                isWritable: true
            )
            mount.propagation = "shared"
            $0.mounts = [mount]
        },
        Risk("5.21") { $0.utsMode = "host" },
        Risk("5.22") { $0.securityOptions += ["seccomp=unconfined"] },
        Risk("5.25") { $0.cgroupParent = "/other" }, Risk("5.26") { $0.securityOptions = [] },
        Risk("5.27") { $0.hasHealthCheck = false }, Risk("5.28") { $0.image = "nginx" },
        Risk("5.29") { $0.processLimit = 0 }, Risk("5.30") { $0.networks = ["bridge"] },
        Risk("5.31") { $0.userMode = "host" },
        Risk("5.32") {
            $0.mounts = [
                .init(
                    kind: "bind",
                    source: "/run/docker.sock",
                    destination: "/x",
                    isWritable: false
                )
            ]
        },
    ]

    @Test("a container run in a risky way fails its check, by name", arguments: risks)
    func risky(_ risk: Risk) {
        let result = Self.containerResults(risk.change)[risk.id]
        #expect(result?.result == .failed)
        #expect(result?.subjects.first?.hasPrefix("web") == true)
    }

    @Test("what a label takes out of the alerts is still said here")
    func labels() {
        let result = Self.containerResults {
            $0.isPrivileged = true
            $0.labels = ["jaga.posture.ignore": "privileged"]
        }["5.5"]
        #expect(result?.result == .failed)
    }

    @Test("what cannot be seen is for a person, never passed")
    func unseen() {
        let results = Self.results()
        for id in ["1.1.1", "1.1.3", "3.1", "3.17", "2.3", "2.4", "2.16"] {
            #expect(results[id]?.result == .manual, "\(id)")
        }
        #expect(results["7.5"]?.result == .notApplicable)
    }

    @Test("flags come from daemon.json and from the command line")
    func flags() throws {
        let settings =
            #"{"icc":false,"log-level":"debug","hosts":["unix:///x"],"userland-proxy":false}"#
        let flags = try #require(
            DaemonFlags(
                arguments: [
                    "dockerd", "-H", "tcp://0.0.0.0:2375", "--live-restore", "--iptables=false",
                ],
                settings: Array(settings.utf8)
            )
        )
        #expect(flags.values["hosts"] == "unix:///x,tcp://0.0.0.0:2375")
        #expect(flags.values["live-restore"] == "true")
        let results = Self.results { $0.daemon = flags }
        #expect(results["2.3"]?.result == .failed)
        #expect(results["2.4"]?.result == .failed)
        #expect(results["2.7"]?.result == .failed)
        #expect(results["2.7"]?.subjects == ["tcp://0.0.0.0:2375"])
        #expect(results["2.16"]?.result == .passed)
        #expect(DaemonFlags(arguments: [], settings: Array("[".utf8)) == nil)
    }

    @Test("owners and rights of the engine's files")
    func files() {
        func results(_ file: HostFacts.File) -> [String: AuditReport.Result] {
            Self.results {
                var host = HostFacts()
                host.files["/etc/docker/daemon.json"] = file
                host.files["/run/docker.sock"] = .init(owner: 0, group: 998, mode: 0o660)
                host.dockerGroup = .init(id: 998, members: [])
                $0.host = host
            }
        }
        let right = results(.init(owner: 0, group: 0, mode: 0o644))
        #expect(right["3.17"]?.result == .passed)
        #expect(right["3.18"]?.result == .passed)
        #expect(right["3.15"]?.result == .passed)
        #expect(right["3.16"]?.result == .passed)
        #expect(right["3.1"]?.result == .notApplicable)
        let wrong = results(.init(owner: 1_000, group: 0, mode: 0o666))
        #expect(wrong["3.17"]?.subjects == ["/etc/docker/daemon.json (1000:0)"])
        #expect(wrong["3.18"]?.subjects == ["/etc/docker/daemon.json (666)"])
        #expect(results(.init(owner: 0, group: 0, mode: 0o600))["3.18"]?.result == .passed)
    }

    @Test("a rule of the kernel's audit counts in both its forms")
    func auditing() {
        func result(_ rules: [String]?) -> AuditVerdict.Word? {
            Self.results {
                var host = HostFacts()
                host.files["/usr/bin/dockerd"] = .init(owner: 0, group: 0, mode: 0o755)
                host.auditRules = rules
                $0.host = host
            }["1.1.3"]?.result
        }
        #expect(result(["-w /usr/bin/dockerd -k docker"]) == .passed)
        #expect(result(["-a always,exit -F path=/usr/bin/dockerd -F perm=wa"]) == .passed)
        #expect(result(["-w /usr/bin/dockerd2 -k docker"]) == .failed)
        #expect(result(nil) == .failed)
    }

    @Test("an SSH server in a container is seen from the host, and only from there")
    func ssh() {
        func result(_ containers: Set<String>) -> AuditReport.Result? {
            Self.results {
                var host = HostFacts()
                host.sshContainers = containers
                $0.host = host
            }["5.7"]
        }
        #expect(result([CleanContainer.facts.id])?.subjects == ["web"])
        #expect(result(["other"])?.result == .passed)
        #expect(Self.results()["5.7"]?.result == .manual)
    }

    @Test("images: user, health, updates alone, ADD, secrets")
    func images() {
        let results = Self.results {
            var good = ImageConfiguration()
            good.id = "sha256:1"
            good.tags = ["good:1"]
            good.user = "1000"
            good.hasHealthCheck = true
            var bad = ImageConfiguration()
            bad.id = "sha256:2"
            bad.tags = ["bad:1"]
            bad.environment = [EnvironmentVariable("API_KEY=abc")]
            $0.images = [
                .init(
                    good,
                    steps: [
                        ImageStep(command: "RUN /bin/sh -c apt-get update && apt-get install -y x"),
                        ImageStep(command: "/bin/sh -c #(nop) ADD file:1 in / "),
                    ]
                ),
                .init(
                    bad,
                    steps: [
                        ImageStep(command: "RUN /bin/sh -c apt-get update # buildkit"),
                        ImageStep(command: "ADD http://example.org/x / # buildkit"),
                        ImageStep(command: "/bin/sh -c #(nop) ADD file:1 in / "),
                    ]
                ),
            ]
        }
        for id in ["4.1", "4.6", "4.7", "4.9", "4.10"] {
            #expect(results[id]?.result == .failed, "\(id)")
            #expect(results[id]?.subjects == ["bad:1"], "\(id)")
        }
    }

    @Test("a swarm's checks are asked of its managers")
    func swarm() {
        let results = Self.results {
            $0.engine.swarmState = "active"
            $0.engine.swarmManagers = 2
            var swarm = SwarmInformation()
            swarm.services = [.init(name: "shop", meshPorts: [80])]
            $0.swarm = swarm
            $0.networks = [.init(name: "o", driver: "overlay", options: [:])]
        }
        for id in ["7.1", "7.2", "7.3", "7.5"] { #expect(results[id]?.result == .failed, "\(id)") }
        #expect(results["5.1"]?.result == .passed)
    }
}
