namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Network namespaces other than the current one.</summary>
internal static class NetworkNamespace
{
    /// <summary>Runs an action with the namespace of an open descriptor as the current one. It must not throw.</summary>
    /// <remarks>On a thread that lives only for this, since the current namespace belongs to a thread and there is no way back.</remarks>
    /// <returns>Its result; null when the namespace may not be entered (CAP_SYS_ADMIN).</returns>
    internal static T? Run<T>(int descriptor, Func<T?> action)
        where T : class
    {
        T? result = null;
        var thread = new Thread(() =>
        {
            if (LinuxNative.setns(descriptor, LinuxNative.NewNetworkNamespace) == 0) result = action();
        })
        {
            Name = "apex namespace",
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        return result;
    }

    /// <summary>The kernel's name for an open namespace, as in <c>net:[4026531840]</c>; null without <c>/proc</c>.</summary>
    internal static string? NameOf(Descriptor space)
    {
        if (!space.TryAcquire(out Descriptor.Lease lease)) return null;
        using (lease)
        {
            return new FileInfo($"/proc/self/fd/{lease.Number}").LinkTarget;
        }
    }
}
