using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage;

/// <summary>Adds nodes to a SQLite file and says after each that it is there, until somebody kills the process.</summary>
internal static class WriteUntilKilled
{
    internal static async Task<int> RunAsync(string path)
    {
        await using FleetStore store = await FleetStore.OpenAsync(SqliteBackend.SourceOf(path));
        for (int i = 1; i <= 9_999; i++)
        {
            string name = $"node-{i:00000}";
            await store.WriteAsync((transaction, token) =>
            {
                transaction.Publish("node.added", name);
                return transaction.Nodes.AddAsync(
                    new Node { Id = Guid.NewGuid(), Name = name, City = "", Country = default, State = NodeState.Booted }, token);
            });
            Console.WriteLine(i);
        }
        return 0;
    }
}
