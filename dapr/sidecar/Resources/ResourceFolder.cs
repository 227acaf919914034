using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources.Yaml;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Reads the YAML files of a folder (not of the folders in it), in the order of their names.</summary>
internal static class ResourceFolder
{
    /// <param name="folder">The folder.</param>
    /// <param name="broken">Takes the files of which something could not be read.</param>
    /// <param name="logger">Told of what is left out.</param>
    /// <exception cref="SidecarStartException">The folder is not there or cannot be read.</exception>
    public static List<ResourceDocument> Read(string folder, ICollection<string> broken, ILogger logger)
    {
        var documents = new List<ResourceDocument>();
        foreach (var file in Files(folder))
        {
            if (Path.GetExtension(file).ToUpperInvariant() is not (".YAML" or ".YML"))
            {
                ResourceLog.NotYaml(logger, file);
                continue;
            }

            try
            {
                ReadFile(file, File.ReadAllText(file), documents, broken, logger);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                broken.Add(file);
                ResourceLog.FileUnreadable(logger, file, error.Message);
            }
        }

        return documents;
    }

    private static string[] Files(string folder)
    {
        try
        {
            var files = Directory.GetFiles(folder);
            Array.Sort(files, StringComparer.Ordinal);
            return files;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SidecarStartException($"the resources folder {folder} cannot be read: {error.Message}", error);
        }
    }

    private static void ReadFile(string file, string text, List<ResourceDocument> documents, ICollection<string> broken, ILogger logger)
    {
        var isFirst = true;
        foreach (var (piece, line) in YamlFile.Split(text))
        {
            try
            {
                var root = YamlFile.Parse(piece, line);
                if (root.IsEmpty) continue;
                documents.Add(new ResourceDocument(file, isFirst, root));
            }
            catch (ResourceFormatException error)
            {
                broken.Add(file);
                ResourceLog.DocumentSkipped(logger, file, error.Message);
            }

            isFirst = false;
        }
    }
}
