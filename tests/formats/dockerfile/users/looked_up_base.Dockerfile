FROM local/app:1
ENV A=1
