// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport
import OSXML

/// The lenient XML of Wazuh's files: it answers, or says where the mistake is.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    for variables in [true, false] { _ = try? OSXMLDocument.parse(bytes, variables: variables) }
    return 0
}

@_cdecl("FuzzXML_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
