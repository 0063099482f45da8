using System.Reflection;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>Where libsodium is part of the program itself (iOS, tvOS, Mac Catalyst link it statically), finds it there.</summary>
internal static class LibsodiumResolver
{
    internal static void Register()
    {
        if (OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsMacCatalyst())
        {
            NativeLibrary.SetDllImportResolver(typeof(Libsodium).Assembly, Resolve);
        }
    }

    /// <summary>The program's own handle for libsodium; zero, which means the default search, for anything else.</summary>
    internal static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath) =>
        libraryName == Libsodium.Library ? NativeLibrary.GetMainProgramHandle() : 0;
}
