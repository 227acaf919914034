// The machine under test runs one platform at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
