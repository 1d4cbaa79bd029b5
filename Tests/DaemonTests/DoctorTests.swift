// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Testing

@testable import Daemon

@Suite("What the doctor finds")
struct DoctorTests {
    @Test("a container without a log is named, with what to do")
    func noLog() {
        let finding = DoctorEngine.logs([
            .init(name: "web", driver: "json-file"), .init(name: "db", driver: "none"),
        ])
        #expect(finding.verdict == .warning)
        #expect(finding.text == "nothing keeps the logs of db (driver none)")
        #expect(finding.remedy == "start them with another --log-driver, such as json-file")
    }

    @Test("a log file that cannot be read is said, and that the engine is asked instead")
    func unreadableFile() {
        let finding = DoctorEngine.logs([
            .init(name: "web", driver: "json-file", isReadable: false)
        ])
        #expect(finding.verdict == .warning)
        #expect(finding.text == "the files of web cannot be read here")
    }

    @Test("containers that can be read are counted by how")
    func readable() {
        let finding = DoctorEngine.logs([
            .init(name: "web", driver: "json-file"),
            .init(name: "db", driver: "journald", isReadable: false),
        ])
        let text = "2 containers run: 1 read from files, 1 through the engine"
        #expect(finding == .ok("container logs", text))
    }

    @Test("more than five containers are not all named")
    func manyContainers() {
        let containers = (1...7).map {
            DoctorEngine.ContainerLogDriver(name: "c\($0)", driver: "none")
        }
        let text = "nothing keeps the logs of c1, c2, c3, c4, c5 and 2 more (driver none)"
        #expect(DoctorEngine.logs(containers).text == text)
    }

    @Test(
        "an engine's clock more than two seconds away is said",
        arguments: [
            (Int64(2), DoctorFinding.Verdict.ok), (3, .warning), (-3, .warning),
            (-90_000, .warning),
        ]
    )
    func clock(seconds: Int64, verdict: DoctorFinding.Verdict) {
        let host = EngineTime(seconds: 1_700_000_000)
        let engine = EngineTime(seconds: 1_700_000_000 + seconds)
        #expect(DoctorEngine.clock(engine, host).verdict == verdict)
    }

    @Test("little room and few free files are warnings")
    func disk() {
        let gibibyte: UInt64 = 1 << 30
        func verdict(_ bytes: UInt64, _ files: UInt64) -> DoctorFinding.Verdict {
            DoctorDisk.finding(path: "/data", freeBytes: bytes, freeFiles: files).verdict
        }
        #expect(verdict(gibibyte, 1_000_000) == .ok)
        #expect(verdict(gibibyte - 1, 1_000_000) == .warning)
        #expect(verdict(gibibyte, 1000) == .warning)
    }

    @Test("low limits of the kernel are warnings with the command that raises them")
    func limits() {
        let low = DoctorLimits(openFiles: 1024, watches: 100, instances: 128, kernel: "6.1")
        #expect(low.findings.map(\.verdict) == [.warning, .warning, .ok])
        #expect(low.findings[1].remedy.hasPrefix("sysctl fs.inotify.max_user_watches="))
        let high = DoctorLimits(openFiles: 65_536, watches: 65_536, instances: 128, kernel: "6.1")
        #expect(high.findings.map(\.verdict) == [.ok, .ok, .ok])
    }

    @Test("a clock that nothing keeps right is a warning")
    func unsynchronised() {
        #expect(DoctorClock(isSynchronised: false).finding.verdict == .warning)
        #expect(DoctorClock(isSynchronised: true).finding.verdict == .ok)
        #expect(DoctorClock(isSynchronised: nil).finding.verdict == .ok)
    }
}
