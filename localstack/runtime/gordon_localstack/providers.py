"""LocalStack's S3 keeps its objects in one folder of /tmp, no matter who runs it and how many run."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="s3", name="private")
def s3():
    from localstack.services.s3.provider import S3Provider
    from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore

    # Without a name it makes a folder of its own, under TMPDIR.
    return Service.for_provider(S3Provider(storage_backend=EphemeralS3ObjectStore()))
