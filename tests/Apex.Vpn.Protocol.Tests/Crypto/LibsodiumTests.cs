using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class LibsodiumTests
{
    [Fact]
    public void Where_it_is_linked_statically_it_is_found_in_the_program_itself() =>
        Assert.Equal(NativeLibrary.GetMainProgramHandle(), LibsodiumResolver.Resolve("libsodium", typeof(Libsodium).Assembly, null));

    [Fact]
    public void Other_libraries_are_searched_as_usual() =>
        Assert.Equal(0, LibsodiumResolver.Resolve("libc", typeof(Libsodium).Assembly, null));
}
