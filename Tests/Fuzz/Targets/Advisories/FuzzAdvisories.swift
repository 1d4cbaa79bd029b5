// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport
import Vulnerabilities

/// Advisories, exceptions and VEX documents: a text is read or refused.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    var compiler = AdvisoryCompiler()
    // What is damaged is refused.
    _ = try? AdvisoryFolder.readJSON(bytes, into: &compiler)
    if let node = JSONNode(bytes), let record = OSVRecord(node) {
        for affected in record.affected.prefix(20) {
            let scheme = AdvisoryKey.scheme(affected.ecosystem)
            _ = affected.versions.verdict("1.0", scheme)
        }
    }
    var exceptions = Exceptions()
    try? exceptions.read(bytes, name: "x")
    _ = try? ImportedReport.read(bytes, name: "x")
    _ = CVSSScore.base(String(decoding: bytes.prefix(200), as: UTF8.self))
    return 0
}

@_cdecl("FuzzAdvisories_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
