namespace Dapr.Common.Serialization;

/// <summary>What to know before types are chosen at run time in a trimmed application.</summary>
internal static class RuntimeTypes
{
    public const string Unreferenced = "Types that are known at run time only may have been trimmed away.";
    public const string DynamicCode = "Types that are known at run time only need code that is made at run time.";
}
