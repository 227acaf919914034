namespace StocksDapr.Sidecar.Resources;

/// <summary>A component's metadata is missing something or says something that makes no sense. The message names the property and what is valid.</summary>
internal sealed class ComponentMetadataException(string property, string reason) : Exception($"metadata '{property}' {reason}");
