namespace Apex.Vpn.Routing.Directory;

/// <summary>An entry of a server list that was skipped. A value; immutable.</summary>
/// <param name="Part">The part it stands in.</param>
/// <param name="Index">Its index there, from 0.</param>
/// <param name="Reason">What is wrong with it.</param>
public readonly record struct ListDefect(ListPart Part, int Index, ListDefectReason Reason);
