// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import Posture
import Testing

@Suite("how a container is run")
struct ExaminationTests {
    struct Risk: Sendable, CustomTestStringConvertible {
        let finding: Finding
        let change: @Sendable (inout ContainerConfiguration) -> Void

        init(
            _ kind: FindingKind,
            _ severity: Severity,
            _ subjects: [String] = [],
            _ change: @escaping @Sendable (inout ContainerConfiguration) -> Void
        ) {
            finding = Finding(kind, severity, subjects)
            self.change = change
        }

        var testDescription: String { "\(finding.kind.rawValue) \(finding.subjects)" }
    }

    static let risks: [Risk] = [
        Risk(.privileged, .critical) { $0.isPrivileged = true },
        Risk(.hostNetwork, .high) { $0.networkMode = "host" },
        Risk(.hostProcesses, .high) { $0.processMode = "host" },
        Risk(.hostIPC, .medium) { $0.ipcMode = "host" },
        Risk(.hostUTS, .medium) { $0.utsMode = "host" },
        Risk(.hostUsers, .medium) { $0.userMode = "host" },
        Risk(.hostCgroup, .medium) { $0.cgroupMode = "host" },
        Risk(.capabilities, .critical, ["SYS_ADMIN"]) { $0.addedCapabilities = ["SYS_ADMIN"] },
        Risk(.capabilities, .critical, ["ALL"]) { $0.addedCapabilities = ["ALL", "CHOWN"] },
        Risk(.capabilities, .high, ["NET_ADMIN", "SYS_NICE"]) {
            $0.addedCapabilities = ["SYS_NICE", "NET_ADMIN"]
        },
        Risk(.capabilities, .medium, ["IPC_LOCK"]) { $0.addedCapabilities = ["IPC_LOCK"] },
        Risk(.noSeccomp, .high) { $0.securityOptions += ["seccomp=unconfined"] },
        Risk(.noAppArmor, .high, ["apparmor=unconfined"]) {
            $0.securityOptions += ["apparmor=unconfined"]
        },
        Risk(.noAppArmor, .high, ["unconfined"]) { $0.appArmorProfile = "unconfined" },
        Risk(.unmaskedPaths, .high) { $0.maskedPaths = [] },
        Risk(.newPrivileges, .low) { $0.securityOptions = [] },
        Risk(.newPrivileges, .low) { $0.securityOptions = ["no-new-privileges:false"] },
        Risk(.rootUser, .low) { $0.user = "" },
        Risk(.rootUser, .low) { $0.user = "root:1000" },
        Risk(.rootUser, .low) { $0.user = "0" },
        Risk(.writableRoot, .low) { $0.hasReadOnlyRoot = false },
        Risk(.noMemoryLimit, .low) { $0.memoryLimit = 0 },
        Risk(.noProcessLimit, .low) { $0.processLimit = nil },
        Risk(.noProcessLimit, .low) { $0.processLimit = -1 },
        Risk(.latestTag, .low) { $0.image = "nginx" },
        Risk(.latestTag, .low) { $0.image = "localhost:5000/nginx:latest" },
        Risk(.devices, .critical, ["/dev/sda"]) { $0.devices = ["/dev/sda"] },
        Risk(.devices, .medium, ["/dev/fuse"]) { $0.devices = ["/dev/fuse"] },
        Risk(.devices, .high, ["a *:* rwm"]) { $0.deviceRules = ["a *:* rwm"] },
        Risk(.openPort, .medium, ["8080 (80/tcp)"]) {
            $0.ports = [.init(containerPort: "80/tcp", hostAddress: "0.0.0.0", hostPort: "8080")]
        },
        Risk(.openPort, .medium, ["all exposed ports"]) { $0.publishesAllPorts = true },
        Risk(.restartLoop, .medium) {
            $0.restartCount = 5
            $0.startedAt = CleanContainer.now.advanced(by: -60_000_000_000)
        },
        Risk(.restartLoop, .medium) {
            $0.restartCount = 9
            $0.state = .restarting
        },
    ]

    @Test("each risk is one finding, and nothing else is found", arguments: risks)
    func one(_ risk: Risk) {
        #expect(CleanContainer.posture(risk.change).findings == [risk.finding])
    }

    static let harmless: [Risk] = [
        Risk(.privileged, .low) { _ in },
        Risk(.capabilities, .low) { $0.addedCapabilities = ["NET_BIND_SERVICE", "CHOWN"] },
        Risk(.openPort, .low) {
            $0.ports = [.init(containerPort: "80/tcp", hostAddress: "127.0.0.1", hostPort: "80")]
        },
        Risk(.hostNetwork, .low) { $0.networkMode = "none" },
        Risk(.hostProcesses, .low) { $0.processMode = "container:abc" },
        Risk(.noSeccomp, .low) { $0.securityOptions += ["seccomp=/etc/profile.json"] },
        Risk(.noAppArmor, .low) { $0.appArmorProfile = "docker-default" },
        Risk(.latestTag, .low) { $0.image = "nginx@sha256:0123" },
        Risk(.latestTag, .low) { $0.image = "sha256:0123456789ab" },
        Risk(.restartLoop, .low) {
            $0.restartCount = 50
            $0.startedAt = CleanContainer.now.advanced(by: -3_600_000_000_000)
        },
        Risk(.restartLoop, .low) {
            $0.restartCount = 4
            $0.state = .restarting
        },
        Risk(.newPrivileges, .low) { $0.securityOptions = ["no-new-privileges:true"] },
    ]

    @Test("what is in order is no finding", arguments: harmless)
    func none(_ risk: Risk) {
        let posture = CleanContainer.posture(risk.change)
        #expect(posture.findings == [])
        #expect(posture.score == 100)
    }

    @Test("privileged says it all: what follows from it is not said again")
    func privilegedAlone() {
        let posture = CleanContainer.posture {
            $0.isPrivileged = true
            $0.addedCapabilities = ["SYS_ADMIN"]
            $0.securityOptions = ["seccomp=unconfined", "apparmor=unconfined"]
            $0.devices = ["/dev/sda"]
            $0.cgroupMode = "host"
        }
        #expect(posture.findings == [Finding(.privileged, .critical)])
        #expect(posture.score == 50)
    }

    @Test("an engine's own settings count for its containers")
    func engineSettings() {
        let remapped = CleanContainer.posture {
            $0.user = ""
            $0.securityOptions = []
        } around: {
            $0.engine.securityOptions = ["name=userns", "name=no-new-privileges"]
        }
        #expect(remapped.findings == [])
        let back = CleanContainer.posture {
            $0.user = ""
            $0.userMode = "host"
        } around: {
            $0.engine.securityOptions = ["name=userns"]
        }
        #expect(back.findings == [Finding(.hostUsers, .high), Finding(.rootUser, .low)])
        let first = CleanContainer.posture {
            $0.cgroupMode = "host"
        } around: {
            $0.engine.cgroupVersion = "1"
        }
        #expect(first.findings == [])
    }

    @Test("a label of SELinux that is off counts where there is SELinux, and it was chosen")
    func labels() {
        func findings(_ engine: [String], _ processes: String) -> [FindingKind] {
            CleanContainer.posture {
                $0.securityOptions += ["label=disable"]
                $0.processMode = processes
            } around: {
                $0.engine.securityOptions = engine
            }.findings.map(\.kind)
        }
        #expect(findings(["name=selinux"], "") == [.noAppArmor])
        #expect(findings([], "") == [])
        #expect(findings(["name=selinux"], "host") == [.hostProcesses])
    }

    @Test("an image is old by its own date, unless it has none to tell")
    func age() {
        let day: Int64 = 86_400_000_000_000
        func findings(_ date: EngineTime?) -> [FindingKind] {
            CleanContainer.posture { _ in
            } around: {
                $0.imageCreatedAt = date
            }.findings.map(\.kind)
        }
        #expect(findings(CleanContainer.now.advanced(by: -90 * day)) == [.oldImage])
        #expect(findings(CleanContainer.now.advanced(by: -89 * day)) == [])
        #expect(findings(EngineTime(seconds: 0)) == [])
        #expect(findings(nil) == [])
    }

    @Test("Jaga's own container is looked at, and is no news")
    func own() {
        let posture = CleanContainer.posture {
            $0.isPrivileged = true
        } around: {
            $0.ownContainer = CleanContainer.facts.id
        }
        #expect(posture.findings == [])
        #expect(posture.ignored == [Finding(.privileged, .critical)])
    }

    @Test("the score falls with each finding, and not below nothing")
    func score() {
        #expect(CleanContainer.posture { $0.user = "" }.score == 96)
        #expect(CleanContainer.posture { $0.networkMode = "host" }.score == 75)
        let worst = CleanContainer.posture {
            $0.networkMode = "host"
            $0.processMode = "host"
            $0.addedCapabilities = ["ALL"]
            $0.devices = ["/dev/sda"]
        }
        #expect(worst.score == 0)
        #expect(worst.findings.map(\.severity) == [.critical, .critical, .high, .high])
    }
}
